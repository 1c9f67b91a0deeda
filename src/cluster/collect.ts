/** The shell script that gathers what context is read from. */

/** POSIX shell; run once on each node, and where kubectl works. Prints nothing, and goes on when a command is missing. */
export const COLLECT_SCRIPT = `#!/bin/sh
# Gathers what 'netdissect cluster --context DIR' reads. Run it on each node, and once where kubectl works:
#   sh collect.sh [DIR]
dir=\${1:-netdissect-context}
node=\${NODE_NAME:-$(hostname)}
umask 077
mkdir -p "$dir/$node"

# keep FILE COMMAND…: the command's output, if there is any.
keep() {
  file=$1
  shift
  command -v "$1" >/dev/null 2>&1 || return 0
  "$@" >"$dir/$file" 2>/dev/null || :
  [ -s "$dir/$file" ] || rm -f "$dir/$file"
}

keep "$node/ip-addr.txt" ip addr
keep "$node/ip-link.txt" ip -d link
keep "$node/ip-route.txt" ip route
keep "$node/ip-route6.txt" ip -6 route
keep "$node/ip-neigh.txt" ip neigh
keep "$node/bridge-fdb.txt" bridge fdb show
command -v ip >/dev/null 2>&1 || keep "$node/route.txt" route -n
keep "$node/iptables-save.txt" iptables-save
keep "$node/conntrack.txt" conntrack -L
keep "$node/birdc-protocols.txt" birdc show protocols all
for file in /run/flannel/subnet.env /etc/kube-flannel/net-conf.json /etc/cni/net.d/*.conflist; do
  [ -r "$file" ] && cp "$file" "$dir/$node/"
done

for kind in nodes pods services endpoints endpointslices.discovery.k8s.io; do
  keep "kubectl-$kind.json" kubectl get "$kind" -A -o json
done
for kind in ippools blockaffinities; do
  keep "kubectl-$kind.json" kubectl get "$kind.crd.projectcalico.org" -o json
done
echo "$dir"
`;
