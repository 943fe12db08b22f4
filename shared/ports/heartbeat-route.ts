// The public route of heartbeats, as this service itself calls it from outside.

export type HeartbeatRoute = {
  /** Sends one heartbeat. Throws ProviderDown unless the route accepts it. */
  post(token: string, body: object): Promise<void>;
};
