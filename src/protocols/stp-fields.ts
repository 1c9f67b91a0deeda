/** Fields of BPDUs behind protocol, version and type: IEEE Std 802.1Q-2022 §14.4. */
import { bits, bytes, flag, hex, list, macAddress, named, octets, packed, text, uint } from '../dissect/field.ts';

const PORT_ROLES = { 0: 'Unknown', 1: 'Alternate or Backup', 2: 'Root', 3: 'Designated' };

/** The bits a BPDU has for its port, and again for the port in each MST instance. */
const flagParts = {
  tcack: flag('Topology Change Acknowledgment', { name: 'stp.flags.tcack' }),
  agreement: flag('Agreement', { name: 'stp.flags.agreement' }),
  forwarding: flag('Forwarding', { name: 'stp.flags.forwarding' }),
  learning: flag('Learning', { name: 'stp.flags.learning' }),
  port_role: uint(2, 'Port Role', named(PORT_ROLES), { name: 'stp.flags.port_role' }),
  proposal: flag('Proposal', { name: 'stp.flags.proposal' }),
  tc: flag('Topology Change', { name: 'stp.flags.tc' }),
};

/** Priority in steps of 4,096, and the VLAN or instance in the bits below (§14.2.5). */
const priority = (title: string, name: string) => uint(4, title, { name, scale: 4096 });
/** Times count 1/256 s (§14.2.8). */
const time = (title: string) => uint(16, title, { unit: 's', scale: 1 / 256 });

/** Declarations for the header's `variable` fields. */
export const bpduFields = () => ({
  flags: bits(8, 'Flags', flagParts, hex),
  ...packed({
    root_prio: priority('Root Bridge Priority', 'stp.root.prio'),
    root_ext: uint(12, 'Root Bridge System ID Extension', { name: 'stp.root.ext' }),
  }),
  root_hw: macAddress('Root Bridge Address', { name: 'stp.root.hw' }),
  root_cost: uint(32, 'Root Path Cost', { name: 'stp.root.cost' }),
  ...packed({
    bridge_prio: priority('Bridge Priority', 'stp.bridge.prio'),
    bridge_ext: uint(12, 'Bridge System ID Extension', { name: 'stp.bridge.ext' }),
  }),
  bridge_hw: macAddress('Bridge Address', { name: 'stp.bridge.hw' }),
  port: uint(16, 'Port Identifier', hex),
  msg_age: time('Message Age'),
  max_age: time('Max Age'),
  hello: time('Hello Time'),
  forward: time('Forward Delay'),
  version_1_length: uint(8, 'Version 1 Length', octets),
  pvst_padding: uint(8, 'Padding', { name: 'stp.pvst.padding' }),
  pvst_tlvtype: uint(16, 'TLV Type', hex, named({ 0: 'Originating VLAN' }), { name: 'stp.pvst.tlvtype' }),
  pvst_tlvlen: uint(16, 'TLV Length', octets, { name: 'stp.pvst.tlvlen' }),
  pvst_origvlan: uint(16, 'Originating VLAN', { name: 'stp.pvst.origvlan' }),
  version_3_length: uint(16, 'Version 3 Length', octets, { name: 'mstp.version_3_length' }),
  config_format_selector: uint(8, 'MST Configuration Format', { name: 'mstp.config_format_selector' }),
  config_name: text('MST Configuration Name', { name: 'mstp.config_name' }),
  config_revision_level: uint(16, 'MST Configuration Revision', { name: 'mstp.config_revision_level' }),
  config_digest: bytes('MST Configuration Digest', 16, { name: 'mstp.config_digest' }),
  cist_internal_root_path_cost: uint(32, 'CIST Internal Root Path Cost', { name: 'mstp.cist_internal_root_path_cost' }),
  ...packed({
    cist_bridge_prio: priority('CIST Bridge Priority', 'mstp.cist_bridge.prio'),
    cist_bridge_ext: uint(12, 'CIST Bridge System ID Extension', { name: 'mstp.cist_bridge.ext' }),
  }),
  cist_bridge_hw: macAddress('CIST Bridge Address', { name: 'mstp.cist_bridge.hw' }),
  cist_remaining_hops: uint(8, 'CIST Remaining Hops', { name: 'mstp.cist_remaining_hops' }),
  msti: list('MST Instance', {
    flags: bits(8, 'Flags', flagParts, hex, { name: 'mstp.msti.flags' }),
    ...packed({
      priority: uint(4, 'Regional Root Priority, in steps of 4,096', { name: 'mstp.msti.priority' }),
      msti_id: uint(12, 'MST Instance', { name: 'mstp.msti.msti_id' }),
    }),
    root_hw: macAddress('Regional Root Address', { name: 'mstp.msti.root.hw' }),
    root_cost: uint(32, 'Internal Root Path Cost', { name: 'mstp.msti.root_cost' }),
    ...packed({
      bridge_priority: uint(4, 'Bridge Priority, in steps of 4,096', { name: 'mstp.msti.bridge_priority' }),
      bridge_reserved: uint(4, 'Reserved', { name: 'mstp.msti.bridge_reserved' }),
    }),
    ...packed({
      port_priority: uint(4, 'Port Priority, in steps of 16', { name: 'mstp.msti.port_priority' }),
      port_reserved: uint(4, 'Reserved', { name: 'mstp.msti.port_reserved' }),
    }),
    remaining_hops: uint(8, 'Remaining Hops', { name: 'mstp.msti.remaining_hops' }),
  }),
  mst_rest: bytes('Octets that are no whole MST part', 0, { name: 'mstp.rest' }),
  version_4_length: uint(16, 'Version 4 Length', octets, { name: 'mstp.version_4_length' }),
  spt_config_format_selector: uint(8, 'SPT Configuration Format', { name: 'mstp.config_format_selector' }),
  spt_config_name: text('SPT Configuration Name', { name: 'mstp.config_name' }),
  spt_config_revision_level: uint(16, 'SPT Configuration Revision', { name: 'mstp.config_revision_level' }),
  spt_config_digest: bytes('SPT Configuration Digest', 16, { name: 'mstp.config_digest' }),
  ...packed({
    agree_flags_reserved: uint(2, 'Reserved', { name: 'mstp.agree_flags.reserved' }),
    agree_flags_rest_role: flag('Restricted Role', { name: 'mstp.agree_flags.rest_role' }),
    agree_flags_agreement_valid: flag('Agreement Valid', { name: 'mstp.agree_flags.agreement_valid' }),
    agree_flags_dagreement_num: uint(2, 'Discarded Agreement Number', { name: 'mstp.agree_flags.dagreement_num' }),
    agree_flags_agreement_num: uint(2, 'Agreement Number', { name: 'mstp.agree_flags.agreement_num' }),
  }),
  agreement_reserved: uint(8, 'Reserved', { name: 'mstp.agreement_reserved' }),
  ...packed({
    agreement_digest_format_id: uint(4, 'Digest Format', { name: 'bpdu.agreement_digest_format_id' }),
    agreement_digest_format_capabilities: uint(4, 'Digest Format Capabilities', {
      name: 'bpdu.agreement_digest_format_capabilities',
    }),
  }),
  ...packed({
    agreement_digest_convention_id: uint(4, 'Digest Convention', { name: 'bpdu.agreement_digest_convention_id' }),
    agreement_digest_convention_capabilities: uint(4, 'Digest Convention Capabilities', {
      name: 'bpdu.agreement_digest_convention_capabilities',
    }),
  }),
  agreement_digest_edge_count: uint(16, 'Digest Edge Count', { name: 'bpdu.agreement_digest_edge_count' }),
  agreement_digest_reserved: bytes('Reserved', 8, { name: 'bpdu.agreement_digest_reserved' }),
  agreement_digest: bytes('Agreement Digest', 20, { name: 'mstp.agreement_digest' }),
  spt_rest: bytes('Octets behind the agreement', 0, { name: 'mstp.spt_rest' }),
});
