// Looks from outside whether an instance can be reached.

/** Looks whether an SSH server answers. */
export type Probe = {
  /** `ready` when the host sends an SSH banner in time; any trouble is `not-yet`. Never throws. */
  sshBanner(host: string, port: number): Promise<'ready' | 'not-yet'>;
};
