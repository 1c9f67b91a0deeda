/** Data of SVCB and HTTPS records, RFC 9460 §2.2 and IANA "Service Parameter Keys (SvcParamKeys)". */
import { ipv4Address, ipv6Address, named, octets, uint } from '../dissect/field.ts';
import { body, countedText, each, type Parts, restBytes, restText, typedElements } from './body.ts';
import { domainName } from './dns-name.ts';

const KEYS = {
  0: 'mandatory',
  1: 'alpn',
  2: 'no-default-alpn',
  3: 'port',
  4: 'ipv4hint',
  5: 'ech',
  6: 'ipv6hint',
  7: 'dohpath',
  8: 'ohttp',
};
const PREFIX = 'dns.svcb.svcparam';
const parameter = (parts: Parts) => body(PREFIX, '', parts);

export const serviceBinding = body('dns', 'svcb', {
  svcpriority: uint(16, 'SvcPriority'),
  targetname: domainName('TargetName'),
  svcparams: typedElements({
    title: 'SvcParam',
    prefix: PREFIX,
    name: PREFIX,
    header: { key: uint(16, 'SvcParamKey', named(KEYS)), 'value.length': uint(16, 'SvcParamValue length', octets) },
    rest: 'value',
    issue: 'parameterBeyondRecord',
    limit: 'dns.resp.len',
    bodies: () => ({
      0: parameter({ mandatory: each('Mandatory Key', parameter({ 'mandatory.key': uint(16, 'Key', named(KEYS)) })) }),
      1: parameter({
        alpns: each(
          'Protocol',
          parameter({ 'alpn.length': uint(8, 'ALPN length', octets), alpn: countedText('ALPN') }),
        ),
      }),
      3: parameter({ port: uint(16, 'Port') }),
      4: parameter({ ipv4hint: each('IPv4 Hint', parameter({ 'ipv4hint.ip': ipv4Address('IP') })) }),
      5: parameter({ echconfig: restBytes('ECHConfig') }),
      6: parameter({ ipv6hint: each('IPv6 Hint', parameter({ 'ipv6hint.ip': ipv6Address('IP') })) }),
      7: parameter({ dohpath: restText('URI Template') }),
    }),
  }),
});
