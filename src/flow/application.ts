/** What was said in a flow, briefly: the protocol, and of each protocol what tells most. Part of the flow's JSON as `application`. */

/** Requests and responses of HTTP/1. */
export interface HttpApplication {
  readonly protocol: 'http';
  /** Method and target of the first request. */
  readonly request?: string;
  readonly host?: string;
  /** Status code of the first final response. */
  readonly status?: number;
  /** Seconds from the first request to the first response. */
  readonly delay?: number;
  /** Heads seen. */
  readonly requests: number;
  readonly responses: number;
  /** Responses with a status of 400 or more. */
  readonly errors: number;
}

/** What TLS says before it encrypts. */
export interface TlsApplication {
  readonly protocol: 'tls';
  /** Host name the client asks for. */
  readonly sni?: string;
  /** Protocols: the one the server chose where that is in clear, else those the client offers. */
  readonly alpn?: readonly string[];
  /** Version the server chose, else the highest the client offers. */
  readonly version?: string;
  readonly cipher?: string;
  /** JA4 of the ClientHello. */
  readonly ja4?: string;
  /** First alert in clear: `Fatal: Handshake Failure`. */
  readonly alert?: string;
}

/** A question, and what became of it. */
export interface DnsExchange {
  /** `A web.default.svc.cluster.local` */
  readonly question: string;
  /** How often it was asked with the same identifier. */
  readonly asked: number;
  /** Response code by name; absent where no answer came. */
  readonly rcode?: string;
  /** Addresses and names of the answer section. */
  readonly answers?: readonly string[];
  /** Seconds from the first time it was asked to the answer. */
  readonly delay?: number;
}

export interface DnsApplication {
  readonly protocol: 'dns';
  /** The first questions. */
  readonly exchanges: readonly DnsExchange[];
  /** Different questions asked, and those of them without an answer. */
  readonly questions: number;
  readonly unanswered: number;
}

/** An OPEN or a NOTIFICATION. */
export interface BgpEvent {
  /** RFC 3339; null for packets without a time. */
  readonly time: string | null;
  /** Address of the speaker. */
  readonly from: string;
  readonly message: 'OPEN' | 'NOTIFICATION';
  /** AS number, hold time in seconds and BGP identifier of an OPEN. */
  readonly as?: number;
  readonly hold_time?: number;
  readonly identifier?: string;
  /** Reason of a NOTIFICATION: `Hold Timer Expired`. */
  readonly reason?: string;
}

export interface BgpApplication {
  readonly protocol: 'bgp';
  /** The first events. */
  readonly events: readonly BgpEvent[];
  readonly keepalives: number;
  readonly updates: number;
  readonly notifications: number;
}

export type Application = HttpApplication | TlsApplication | DnsApplication | BgpApplication;
