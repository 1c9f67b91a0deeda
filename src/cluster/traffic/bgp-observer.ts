/** Follows BGP sessions: who speaks, with which AS, and which prefixes are announced. */
import type { Field } from '../../dissect/field.ts';
import type { Layers } from '../../dissect/layers.ts';
import { type FieldValue, fieldValue } from '../../dissect/value.ts';
import { type ComputedValue, type FieldVisitor, walkLayer } from '../../dissect/walk.ts';
import type { AddressOctets } from '../address.ts';
import { Sighting } from '../evidence.ts';
import type { BgpSession, BgpSpeaker, Observations } from './observations.ts';

const OPEN = 1;
const UPDATE = 2;
const KEEPALIVE = 4;
/** Stands for an AS number of four octets in the field of two (RFC 6793 §4.1). */
const AS_TRANS = 23456;
/** Sessions and prefixes remembered. */
const MOST_SESSIONS = 4096;
const MOST_PREFIXES = 4096;

/** One message's fields that matter. */
class Message implements FieldVisitor {
  type = 0;
  asn: number | undefined;
  holdTime: number | undefined;
  identifier: string | undefined;
  nextHop: string | undefined;
  readonly announced: string[] = [];
  private view: DataView = new DataView(new ArrayBuffer(0));
  private bits = 0;
  private isWithdrawn = false;

  read(layers: Layers, row: number): void {
    this.view = layers.viewOf(row);
    walkLayer(layers, row, this);
  }

  leaf(field: Field, at: number, start: number, end: number, computed: ComputedValue | undefined): void {
    const value = (): FieldValue => fieldValue(field, this.view, at, start, end, computed);
    switch (field.key) {
      case 'type':
        // Lists within the message have types of their own.
        if (this.type === 0) this.type = Number(value());
        break;
      case 'open_myas':
        if (value() !== AS_TRANS) this.asn ??= Number(value());
        break;
      case '4as':
        this.asn = Number(value());
        break;
      case 'open_holdtime':
        this.holdTime = Number(value());
        break;
      case 'open_identifier':
        this.identifier = String(value());
        break;
      case 'next_hop':
      case 'next_hop_ipv4':
      case 'next_hop_ipv6':
        this.nextHop = String(value());
        break;
      case 'prefix_length':
        this.bits = Number(value());
        break;
      default:
        // The prefixes of RFC 4271 and those of multiprotocol extensions have fields of their own.
        if (field.key.endsWith('_prefix') && !this.isWithdrawn && field.key !== 'withdrawn_prefix')
          this.announce(value());
    }
  }

  private announce(address: FieldValue): void {
    if (this.announced.length < MOST_PREFIXES) this.announced.push(`${address}/${this.bits}`);
  }

  openGroup(): void {}
  closeGroup(): void {}
  closeElement(): void {}

  openElement(list: Field): void {
    if (list.key === 'withdrawn_routes' || list.key === 'mp_unreach_nlri_prefixes') this.isWithdrawn = true;
    else if (list.key === 'nlri' || list.key === 'mp_reach_nlri_prefixes') this.isWithdrawn = false;
  }
}

/** Adds what a BGP message says to the observations. */
export function observeBgp(
  observations: Observations,
  layers: Layers,
  row: number,
  from: AddressOctets,
  to: AddressOctets,
  number: number,
  point: string,
): void {
  const session = sessionOf(observations, from, to);
  if (session === undefined) return;
  session.seen.add(number, point);
  const speaker = session.speakers[0].address === from ? session.speakers[0] : session.speakers[1];
  const message = new Message();
  message.read(layers, row);
  if (message.type === OPEN) {
    speaker.asn = message.asn ?? speaker.asn;
    speaker.holdTime = message.holdTime;
    speaker.identifier = message.identifier;
  }
  if (message.type === UPDATE || message.type === KEEPALIVE) speaker.isEstablished = true;
  for (const prefix of message.announced) {
    let known = speaker.announced.get(prefix);
    if (known === undefined) {
      if (speaker.announced.size === MOST_PREFIXES) return;
      known = { nextHop: message.nextHop, seen: new Sighting() };
      speaker.announced.set(prefix, known);
    }
    known.seen.add(number, point);
  }
}

function sessionOf({ bgp }: Observations, one: AddressOctets, other: AddressOctets): BgpSession | undefined {
  const key = one < other ? one + other : other + one;
  const found = bgp.get(key);
  if (found !== undefined || bgp.size === MOST_SESSIONS) return found;
  const session: BgpSession = { speakers: [speakerAt(one), speakerAt(other)], seen: new Sighting() };
  bgp.set(key, session);
  return session;
}

function speakerAt(address: AddressOctets): BgpSpeaker {
  return {
    address,
    asn: undefined,
    identifier: undefined,
    holdTime: undefined,
    announced: new Map(),
    isEstablished: false,
  };
}
