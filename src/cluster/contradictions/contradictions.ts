/** Every contradiction between what is configured and what was seen. */
import type { Model } from '../model.ts';
import type { Observations } from '../traffic/observations.ts';
import type { Contradiction } from './contradiction.ts';
import { forwardingContradictions } from './forwarding.ts';
import { mtuContradictions } from './mtu.ts';
import { podAddressContradictions } from './pod-address.ts';
import { routeContradictions } from './route.ts';
import { vtepContradictions } from './vtep-mac.ts';

/** Compares; what was not configured, or not seen, contradicts nothing. */
export function contradictionsOf(model: Model, observations: Observations): Contradiction[] {
  return [
    ...forwardingContradictions(model, observations),
    ...vtepContradictions(model, observations),
    ...podAddressContradictions(model, observations),
    ...mtuContradictions(model, observations),
    ...routeContradictions(model, observations),
  ];
}
