import { styleText } from 'node:util'

/** The few styles that Sheaf uses. Without colours each returns its text as it is. */
export interface Style {
  readonly enabled: boolean
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  /** A colour that stays with one agent; `index` counts agents, any number. */
  agent(index: number, text: string): string
}

type Format = Parameters<typeof styleText>[0]

const agentColours = ['cyan', 'magenta', 'yellow', 'green', 'blue', 'red'] as const

const paint = (format: Format, text: string): string => styleText(format, text, { validateStream: false })

const same = (text: string): string => text

/** No colours: for files, pipes and people who do not want them. */
export const plainStyle: Style = {
  enabled: false,
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  agent: (_index, text) => text,
}

/** Colours of the terminal's own palette. */
export const colourStyle: Style = {
  enabled: true,
  bold: (text) => paint('bold', text),
  dim: (text) => paint('dim', text),
  red: (text) => paint('red', text),
  green: (text) => paint('green', text),
  yellow: (text) => paint('yellow', text),
  agent: (index, text) => paint(agentColours[index % agentColours.length] ?? 'cyan', text),
}

/**
 * Colours only on a terminal that can show them, never against `NO_COLOR` (no-color.org: any
 * non-empty value) or `--no-color`.
 */
export function styleFor(
  terminal: { readonly isTty: boolean },
  env: Readonly<Record<string, string | undefined>>,
  wanted = true,
): Style {
  const refused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  return wanted && terminal.isTty && !refused ? colourStyle : plainStyle
}
