// Completion scripts for bash, zsh and fish. They complete commands and flags only: completion
// never calls the service.

import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

type Flag = { readonly name: string; readonly takesValue: boolean; readonly description: string };
type Entry = {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  /** The allowed values of its argument, when they are a closed list. */
  readonly choices: readonly string[];
};

const flagsOf = (command: Command): readonly Flag[] =>
  command.options.flatMap(({ long, required, description }) =>
    long === undefined ? [] : [{ name: long.slice(2), takesValue: required, description }],
  );

function entriesOf(program: Command): readonly Entry[] {
  const global = flagsOf(program);
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    flags: [...flagsOf(command), ...global],
    choices: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
  }));
}

const wordsOf = ({ flags, choices }: Entry): string =>
  [...choices, ...flags.map(({ name }) => `--${name}`)].join(' ');

const casesOf = (entries: readonly Entry[], line: (words: string) => string): string =>
  entries.map((entry) => `    ${entry.name}) ${line(wordsOf(entry))} ;;`).join('\n');

const namesOf = (entries: readonly Entry[], separator: string): string =>
  entries.map(({ name }) => name).join(separator);

const bash = (entries: readonly Entry[]): string => `_gpu_shopper() {
  local word words command=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      ${namesOf(entries, '|')}) command="$word"; break ;;
    esac
  done
  case "$command" in
${casesOf(entries, (words) => `words="${words}"`)}
    *) words="${namesOf(entries, ' ')}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _gpu_shopper gpu-shopper
`;

const zsh = (entries: readonly Entry[]): string => `#compdef gpu-shopper
_gpu_shopper() {
  local word command=
  for word in \${words[2,CURRENT-1]}; do
    case "$word" in
      (${namesOf(entries, '|')}) command="$word"; break ;;
    esac
  done
  case "$command" in
${casesOf(entries, (words) => `compadd -- ${words}; _files`)}
    *) compadd -- ${namesOf(entries, ' ')} ;;
  esac
}
compdef _gpu_shopper gpu-shopper
`;

const quoted = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;

function fish(entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ name, description, flags, choices }) => {
    const inside = `complete -c gpu-shopper -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c gpu-shopper -f -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      ...(choices.length === 0 ? [] : [`${inside} -f -a ${quoted(choices.join(' '))}`]),
      ...flags.map(
        (flag) =>
          `${inside} -l ${flag.name}${flag.takesValue ? ' -r' : ''} -d ${quoted(flag.description)}`,
      ),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** The script with which `shell` completes the commands of `program`. */
export function completionFor(program: Command, shell: Shell): string {
  const entries = entriesOf(program);
  switch (shell) {
    case 'bash':
      return bash(entries);
    case 'zsh':
      return zsh(entries);
    case 'fish':
      return fish(entries);
  }
}
