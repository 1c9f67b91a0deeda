/** The parts of a BPDU that versions 3 (MSTP) and 4 (shortest path trees) add: IEEE Std 802.1Q-2022 §14.4.1 and §14.5. */
import type { Field, Fields } from '../dissect/field.ts';
import { utf8Text } from '../dissect/value.ts';
import type { FieldEmitter } from '../dissect/walk.ts';
import type { bpduFields } from './stp-fields.ts';

type BpduFields = Fields<ReturnType<typeof bpduFields>>;

const LENGTH_FIELD = 2;
const NAME_OCTETS = 32;
/** Configuration identifier: format, name, revision and digest. */
const CONFIGURATION = 51;
/** What the MST part has before its instances. */
const MST_FIXED = CONFIGURATION + 13;
const INSTANCE = 16;
const AGREEMENT = 34;

/** Emits the MST part that begins at `at`, and answers the first octet behind it. */
export function emitMultipleTrees(
  emit: FieldEmitter,
  of: BpduFields,
  view: DataView,
  at: number,
  limit: number,
): number {
  if (!emit.field(of.version_3_length, at)) return limit;
  const body = at + LENGTH_FIELD;
  const end = Math.min(body + of.version_3_length.get(view, at), limit);
  let rest = body;
  if (body + MST_FIXED <= end) {
    emitConfiguration(
      emit,
      [of.config_format_selector, of.config_name, of.config_revision_level, of.config_digest],
      view,
      body,
    );
    const cist = body + CONFIGURATION;
    emit.field(of.cist_internal_root_path_cost, cist);
    emit.field(of.cist_bridge_prio, cist + 4);
    emit.field(of.cist_bridge_ext, cist + 4);
    emit.field(of.cist_bridge_hw, cist + 6);
    emit.field(of.cist_remaining_hops, cist + 12);
    rest = emitInstances(emit, of.msti, body + MST_FIXED, end);
  }
  if (rest < end) emit.octets(of.mst_rest, rest, end);
  return end;
}

function emitInstances(emit: FieldEmitter, msti: BpduFields['msti'], from: number, end: number): number {
  const { of } = msti;
  let at = from;
  for (; at + INSTANCE <= end; at += INSTANCE) {
    emit.begin(msti, at);
    emit.field(of.flags, at);
    emit.field(of.priority, at + 1);
    emit.field(of.msti_id, at + 1);
    emit.field(of.root_hw, at + 3);
    emit.field(of.root_cost, at + 9);
    emit.field(of.bridge_priority, at + 13);
    emit.field(of.bridge_reserved, at + 13);
    emit.field(of.port_priority, at + 14);
    emit.field(of.port_reserved, at + 14);
    emit.field(of.remaining_hops, at + 15);
    emit.end(at + INSTANCE);
  }
  return at;
}

/** Emits the part of version 4 that begins at `at`. */
export function emitShortestPath(emit: FieldEmitter, of: BpduFields, view: DataView, at: number, limit: number): void {
  if (at >= limit || !emit.field(of.version_4_length, at)) return;
  const body = at + LENGTH_FIELD;
  const end = Math.min(body + of.version_4_length.get(view, at), limit);
  let rest = body;
  if (body + CONFIGURATION + AGREEMENT <= end) {
    emitConfiguration(
      emit,
      [of.spt_config_format_selector, of.spt_config_name, of.spt_config_revision_level, of.spt_config_digest],
      view,
      body,
    );
    rest = emitAgreement(emit, of, body + CONFIGURATION);
  }
  if (rest < end) emit.octets(of.spt_rest, rest, end);
}

function emitConfiguration(
  emit: FieldEmitter,
  [format, name, revision, digest]: readonly [Field, Field, Field, Field],
  view: DataView,
  at: number,
): void {
  const nameAt = at + 1;
  const nameEnd = nameAt + NAME_OCTETS;
  emit.field(format, at);
  // The name is filled up with zeros.
  emit.value(name, utf8Text(view, nameAt, nameEnd).replace(/\0+$/, ''), nameAt, nameEnd);
  emit.field(revision, nameEnd);
  emit.field(digest, nameEnd + 2);
}

function emitAgreement(emit: FieldEmitter, of: BpduFields, at: number): number {
  emit.field(of.agree_flags_reserved, at);
  emit.field(of.agree_flags_rest_role, at);
  emit.field(of.agree_flags_agreement_valid, at);
  emit.field(of.agree_flags_dagreement_num, at);
  emit.field(of.agree_flags_agreement_num, at);
  emit.field(of.agreement_reserved, at + 1);
  emit.field(of.agreement_digest_format_id, at + 2);
  emit.field(of.agreement_digest_format_capabilities, at + 2);
  emit.field(of.agreement_digest_convention_id, at + 3);
  emit.field(of.agreement_digest_convention_capabilities, at + 3);
  emit.field(of.agreement_digest_edge_count, at + 4);
  emit.field(of.agreement_digest_reserved, at + 6);
  emit.field(of.agreement_digest, at + 14);
  return at + AGREEMENT;
}
