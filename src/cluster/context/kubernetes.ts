/** Objects of Kubernetes' API as `kubectl get -o json` and `-o yaml` print them (Kubernetes API reference, v1 and discovery.k8s.io/v1). */
import { macText } from '../address.ts';
import type { FactSource } from '../evidence.ts';
import type { Fact, ServicePort } from './facts.ts';
import { isObject, type Json, numberAt, objectAt, objectsAt, textAt, textsAt } from './objects.ts';

/** Annotations of flannel (flannel, pkg/subnet/kube/annotations.go). */
const FLANNEL = 'flannel.alpha.coreos.com';
/** Annotations of Calico on nodes (Calico, libcalico-go/lib/backend/k8s/conversion). */
const CALICO = 'projectcalico.org';
const CALICO_TUNNELS = [
  `${CALICO}/IPv4IPIPTunnelAddr`,
  `${CALICO}/IPv4VXLANTunnelAddr`,
  `${CALICO}/IPv6VXLANTunnelAddr`,
];

/** Facts of an object; undefined for a kind that says nothing here. */
export function kubernetesFacts(object: Json, file: string): Fact[] | undefined {
  const read = READERS[textAt(object, 'kind') ?? ''];
  if (read === undefined) return undefined;
  const { namespace, name } = nameOf(object);
  const place = `${textAt(object, 'kind')} ${namespace === '' ? name : `${namespace}/${name}`}`;
  return read(object, { file, place });
}

function nameOf(object: Json): { namespace: string; name: string } {
  const metadata = objectAt(object, 'metadata');
  return { namespace: textAt(metadata, 'namespace') ?? '', name: textAt(metadata, 'name') ?? '' };
}

const READERS: Readonly<Record<string, (object: Json, source: FactSource) => Fact[]>> = {
  Node: nodeFacts,
  Pod: podFacts,
  Service: serviceFacts,
  Endpoints: endpointsFacts,
  EndpointSlice: sliceFacts,
};

function nodeFacts(object: Json, source: FactSource): Fact[] {
  const { name } = nameOf(object);
  if (name === '') return [];
  const annotations = objectAt(objectAt(object, 'metadata'), 'annotations');
  const spec = objectAt(object, 'spec');
  const addresses = objectsAt(objectAt(object, 'status'), 'addresses')
    .filter((one) => textAt(one, 'type') === 'InternalIP' || textAt(one, 'type') === 'ExternalIP')
    .map((one) => textAt(one, 'address') ?? '');
  for (const key of [`${FLANNEL}/public-ip`, `${FLANNEL}/public-ipv6`]) addresses.push(textAt(annotations, key) ?? '');
  for (const key of [`${CALICO}/IPv4Address`, `${CALICO}/IPv6Address`])
    addresses.push((textAt(annotations, key) ?? '').split('/', 1)[0] ?? '');
  const backend = backendData(textAt(annotations, `${FLANNEL}/backend-data`));
  const podNetworks = [...textsAt(spec, 'podCIDRs'), textAt(spec, 'podCIDR') ?? ''];
  return [
    {
      kind: 'node',
      name,
      addresses: distinct(addresses),
      podNetworks: distinct(podNetworks),
      tunnelAddresses: distinct(CALICO_TUNNELS.map((key) => textAt(annotations, key) ?? '')),
      vtepMac: macText(textAt(backend, 'VtepMAC')),
      vni: numberAt(backend, 'VNI'),
      backendType: textAt(annotations, `${FLANNEL}/backend-type`),
      source,
    },
  ];
}

/** flannel's annotation is JSON in a text, and `null` where a backend has nothing to tell. */
function backendData(text: string | undefined): Json {
  if (text === undefined) return {};
  try {
    const data: unknown = JSON.parse(text);
    return isObject(data) ? data : {};
  } catch {
    return {};
  }
}

function podFacts(object: Json, source: FactSource): Fact[] {
  const { namespace, name } = nameOf(object);
  const spec = objectAt(object, 'spec');
  const status = objectAt(object, 'status');
  if (name === '') return [];
  const phase = textAt(status, 'phase');
  const ports = objectsAt(spec, 'containers').flatMap((container) =>
    objectsAt(container, 'ports').map((port) => numberAt(port, 'containerPort') ?? 0),
  );
  return [
    {
      kind: 'pod',
      namespace: namespace === '' ? 'default' : namespace,
      name,
      node: textAt(spec, 'nodeName') ?? '',
      addresses: distinct([
        textAt(status, 'podIP') ?? '',
        ...objectsAt(status, 'podIPs').map((one) => textAt(one, 'ip') ?? ''),
      ]),
      hostNetwork: spec['hostNetwork'] === true,
      ended: phase === 'Succeeded' || phase === 'Failed',
      ports: ports.filter((port) => port > 0),
      source,
    },
  ];
}

function serviceFacts(object: Json, source: FactSource): Fact[] {
  const { namespace, name } = nameOf(object);
  if (name === '') return [];
  const spec = objectAt(object, 'spec');
  const ingress = objectsAt(objectAt(objectAt(object, 'status'), 'loadBalancer'), 'ingress');
  const addresses = [
    textAt(spec, 'clusterIP') ?? '',
    ...textsAt(spec, 'clusterIPs'),
    ...textsAt(spec, 'externalIPs'),
    textAt(spec, 'loadBalancerIP') ?? '',
    ...ingress.map((one) => textAt(one, 'ip') ?? ''),
  ].filter((address) => address !== 'None');
  return [
    {
      kind: 'service',
      namespace: namespace === '' ? 'default' : namespace,
      name,
      serviceType: textAt(spec, 'type') ?? 'ClusterIP',
      addresses: distinct(addresses),
      ports: objectsAt(spec, 'ports').map(servicePort),
      isRule: false,
      source,
    },
  ];
}

function servicePort(port: Json): ServicePort {
  return {
    name: textAt(port, 'name'),
    protocol: textAt(port, 'protocol') ?? 'TCP',
    port: numberAt(port, 'port') ?? 0,
    nodePort: numberAt(port, 'nodePort'),
  };
}

function endpointsFacts(object: Json, source: FactSource): Fact[] {
  const { namespace, name } = nameOf(object);
  const addresses = objectsAt(object, 'subsets').flatMap((subset) =>
    objectsAt(subset, 'addresses').map((one) => textAt(one, 'ip') ?? ''),
  );
  return endpoints(namespace, name, addresses, source);
}

function sliceFacts(object: Json, source: FactSource): Fact[] {
  const { namespace } = nameOf(object);
  const labels = objectAt(objectAt(object, 'metadata'), 'labels');
  const service = textAt(labels, 'kubernetes.io/service-name') ?? '';
  const addresses = objectsAt(object, 'endpoints').flatMap((one) => textsAt(one, 'addresses'));
  return endpoints(namespace, service, addresses, source);
}

function endpoints(namespace: string, service: string, addresses: readonly string[], source: FactSource): Fact[] {
  if (service === '') return [];
  return [
    {
      kind: 'endpoints',
      namespace: namespace === '' ? 'default' : namespace,
      service,
      addresses: distinct(addresses),
      source,
    },
  ];
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== '');
}
