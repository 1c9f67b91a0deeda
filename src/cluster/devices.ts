/** What a network interface of a node is for, told by its kind or by the name it customarily has. */
import type { ModelInterface } from './model.ts';

/** Devices that carry packets between nodes, by kind or, where a listing does not tell that, by customary name. */
const TUNNEL_KINDS: readonly string[] = ['vxlan', 'ipip', 'tun', 'geneve', 'wireguard', 'gre', 'sit', 'ip6tnl'];
const TUNNEL_NAMES =
  /^(?:flannel\.\d+|flannel\d+|flannel-v6\.\d+|flannel-wg.*|vxlan.*|tunl\d+|cilium_vxlan|cilium_geneve|wireguard\..*|wg\d+|geneve.*)$/;
const POD_NAMES =
  /^(?:lo|cni\d+|docker\d+|cbr\d+|br-.*|veth.*|cali.*|lxc.*|cilium_.*|nodelocaldns|kube-.*|dummy\d+|virbr\d+)$/;

/** Whether an interface is the end of a tunnel between nodes. */
export function isTunnelDevice(device: { readonly name: string; readonly linkKind: string | undefined }): boolean {
  return TUNNEL_NAMES.test(device.name) || (device.linkKind !== undefined && TUNNEL_KINDS.includes(device.linkKind));
}

/** Whether an interface leads out of the machine: neither to pods nor into a tunnel. */
export function isCard(device: ModelInterface): boolean {
  return (
    !POD_NAMES.test(device.name) &&
    !isTunnelDevice(device) &&
    device.master === undefined &&
    device.linkKind !== 'bridge'
  );
}
