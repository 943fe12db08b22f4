// Probes an instance from outside.

/** Probes an SSH server. */
export type Probe = {
  /** `ready` when the host sends an SSH banner in time; any failure is `not-yet`. Never throws. */
  sshBanner(host: string, port: number): Promise<'ready' | 'not-yet'>;
};
