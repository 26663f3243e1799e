import { describe, expect, it } from 'vitest'
import { curveAt } from '../model/curve.js'
import type { EditClip } from '../model/edit.js'
import type { ReadEdit } from '../model/finish-edit.js'
import { editOf } from '../testing/media-fixtures.js'
import { burnIn, type Subtitles } from './burn-in.js'

const frames = 250
const read: ReadEdit = {
  edit: editOf([{ kind: 'gap', from: 0, to: frames }], []),
  targets: [],
  texts: [],
  report: { warnings: [], unsupported: [] },
}
const burn = (path: string, text: string, more: Partial<Subtitles> = {}): ReadEdit =>
  burnIn(read, { path, text, family: 'Alef', ...more })
const clipsOf = ({ edit }: ReadEdit): EditClip[] =>
  edit.video.slice(1).flatMap(({ items }) => items.filter((item) => item.kind === 'clip'))

const ass = (lines: string, style = '&H00FFFFFF,&H00000000,&H00102030,&H80000000,-1,0,1,2,1'): string => `[Script Info]
PlayResX: 640
PlayResY: 360
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV
Style: Default,Alef,36,${style},2,10,30,36
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
${lines}`
const line = (text: string, times = '0:00:01.00,0:00:02.00'): string => `Dialogue: 0,${times},Default,,0,0,0,,${text}`

describe('subtitles', () => {
  it('of SubRip are seen on their frames, on a track of their own on top', () => {
    const out = burn(
      'a.srt',
      '1\r\n00:00:01,000 --> 00:00:02,480\r\nHello\r\nthere\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n<i>Bye &amp; good</i>\r\n',
    )
    expect(out.edit.video.map(({ name }) => name).at(-1)).toBe('S1')
    expect(clipsOf(out).map(({ from, to, where }) => [from, to, where])).toEqual([
      [25, 62, 'subtitle 1 at 00:00:01.000'],
      [75, 100, 'subtitle 2 at 00:00:03.000'],
    ])
    expect(out.texts.map(({ text, style }) => [text, style.font])).toEqual([
      ['Hello\nthere', { family: 'Alef', weight: 400, italic: false }],
      ['Bye & good', { family: 'Alef', weight: 400, italic: true }],
    ])
    expect(out.report.warnings).toEqual([])
  })

  it('of WebVTT are read without their places, with a warning', () => {
    const out = burn('a.vtt', 'WEBVTT\n\nNOTE a remark\n\n00:01.000 --> 00:02.000 line:0\n<c.loud>Boo</c> you\n')
    expect(out.texts.map(({ text }) => text)).toEqual(['Boo you'])
    expect(out.report.warnings).toEqual(['places that WebVTT gives subtitles are left out'])
  })

  it('keep what stands after a blank line, and begin at their times without one', () => {
    const out = burn(
      'a.srt',
      'Made by hand\n\n1\n00:00:01,000 --> 00:00:02,000\nHello\n\nthere\n2\n00:00:03,000 --> 00:00:04,000\nBye\n3\n\n',
    )
    expect(out.texts.map(({ text }) => text)).toEqual(['Hello\n\nthere', 'Bye\n3'])
    expect(out.report.warnings).toEqual(['text before the first subtitle has no times; it is not shown'])
  })

  it('with times that cannot be read are refused with their line', () => {
    const torn = '00:00:01,000 --> 00:00:02,000\nx\n\n2\n0:0:3 --> 00:00:04,000\ny'
    expect(() => burn('a.srt', torn)).toThrow(/line 5: times that cannot be read \("0:0:3 --> 00:00:04,000"\)/)
  })

  it('of WebVTT have names, and remarks between them, that are not shown', () => {
    const out = burn(
      'a.vtt',
      'WEBVTT - a title\n\nSTYLE\n::cue {}\n\nfirst\n00:01.000 --> 00:02.000\nOne\n\nNOTE\nnothing\n\nsecond one\n00:03.000 --> 00:04.000\nTwo\n\nNOTE the end',
    )
    expect(out.texts.map(({ text }) => text)).toEqual(['One', 'Two'])
    expect(out.report.warnings).toEqual([])
  })

  it('that are seen at once lie on different tracks, and the same text is one picture', () => {
    const out = burn(
      'a.srt',
      '00:00:01,000 --> 00:00:03,000\nOne\n\n00:00:02,000 --> 00:00:04,000\nTwo\n\n00:00:05,000 --> 00:00:06,000\nOne',
    )
    expect(out.edit.video.length).toBe(3)
    expect(out.texts.map(({ text, uses }) => [text, uses.length])).toEqual([
      ['One', 2],
      ['Two', 1],
    ])
  })

  it('behind the end of the edit are not shown, and said so; one across it ends with it', () => {
    const out = burn('a.srt', '00:00:09,000 --> 00:00:12,000\nLast\n\n00:00:11,000 --> 00:00:12,000\nNever')
    expect(clipsOf(out).map(({ to }) => to)).toEqual([250])
    expect(out.report.warnings).toEqual(['1 of 2 subtitles come after the end of the edit; they are not shown'])
  })

  it('of ASS have the colours, place and fades that are written', () => {
    const out = burn('a.ass', ass(line('{\\an8\\c&H0000FF&\\1a&H80&\\fad(200,400)}Up\\Nthere')))
    const [clip] = clipsOf(out)
    const [{ text, style } = { text: '', style: undefined }] = out.texts
    expect(text).toBe('Up\nthere')
    expect(style).toMatchObject({
      font: { family: 'Alef', weight: 700, italic: false },
      measure: 'line',
      size: 0.1,
      paint: { rgb: 'ff0000', opacity: 1 - 128 / 255 },
      outline: { width: 2 / 360, paint: { rgb: '302010', opacity: 1 } },
      shadow: { x: 1 / 360, y: 1 / 360 },
      align: 'centre',
      anchorX: 0.5,
      anchorY: 0,
      y: 0.1,
    })
    const opacity = clip?.look?.opacity ?? 1
    expect([25, 30, 35, 40, 45, 50].map((frame) => curveAt(opacity, frame))).toEqual([0, 1, 1, 1, 0.5, 0])
    expect(burn('a.ass', ass(line('{\\pos(64,36)}x'))).texts[0]?.style).toMatchObject({ x: 0.1, y: 0.1, anchorY: 1 })
    expect(
      burn('a.ass', ass(line('x'), '&H00FFFFFF,&H00000000,&H00102030,&H80000000,0,0,3,4,0')).texts[0]?.style,
    ).toMatchObject({
      box: { padding: 4 / 360, paint: { rgb: '302010' } },
    })
  })

  it.each([
    [2, { anchorX: 0.5, anchorY: 1, y: 0.9 }],
    [5, { anchorX: 0, anchorY: 0, y: 0.1 }],
    [7, { anchorX: 1, anchorY: 0, y: 0.1 }],
    [10, { anchorX: 0.5, anchorY: 0.5, y: 0.5 }],
  ])('of the older SubStation Alpha have its colours and its alignment %i', (alignment, place) => {
    const ssa = `[Script Info]\r
; a remark\r
Title: Old\r
ScriptType: v4.00\r
Collisions: Normal\r
PlayResX: 640\r
PlayResY: 360\r
\r
[V4 Styles]\r
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, TertiaryColour, BackColour, Bold, Italic, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, AlphaLevel, Encoding\r
Style: Default,Alef,36,65535,8454143,11861244,-2147483640,-1,0,1,2,1,${alignment},10,30,36,0,0\r
\r
[Events]\r
Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\r
Dialogue: Marked=0,0:00:01.00,0:00:02.00,*Default,NTP,0000,0000,0000,,Old\\Nwords\r
`
    const out = burn('a.ssa', ssa)
    expect(out.report.warnings).toEqual([])
    expect(out.texts[0]?.text).toBe('Old\nwords')
    const edge = { rgb: '080000', opacity: 1 - 128 / 255 }
    expect(out.texts[0]?.style).toMatchObject({
      font: { family: 'Alef', weight: 700, italic: false },
      size: 0.1,
      paint: { rgb: 'ffff00', opacity: 1 },
      outline: { width: 2 / 360, paint: edge },
      shadow: { x: 1 / 360, paint: edge },
      ...place,
    })
  })

  it('of ASS have the lines, stretches and spaces of their style, and say once what of it is not drawn', () => {
    const fields = 'Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle'
    const styled = ass(`${line('a')}\n${line('b', '0:00:03.00,0:00:04.00')}`)
      .replace('Alignment, MarginL', `Alignment, ${fields}, MarginL`)
      .replace(',2,10,30,36', ',2,-1,-1,120,90,3.6,5.5,10,30,36')
    expect(() => burn('a.ass', styled)).toThrow(/1 thing[^]*the style "Default": Angle 5\.5$/)
    const out = burn('a.ass', styled, { dropUnknown: true })
    expect(out.report.warnings).toEqual(['the style "Default": Angle 5.5 is left out'])
    expect(out.texts[0]?.style).toMatchObject({
      ...{ underline: true, strikeOut: true, stretchX: 1.2, stretchY: 0.9, spacing: 0.01 },
    })
  })

  it.each(['Dialogue: 0,0:00:01.00,0:00:02.00', 'Dialogue: 0,soon,later,Default,,0,0,0,,x'])(
    'of ASS with the broken line %j are refused',
    (broken) => expect(() => burn('a.ass', ass(broken))).toThrow(/cannot be read as SubStation Alpha/),
  )

  it.each([
    ['\\fs20000', 'a size of text of 55.6 heights of the picture; up to 2 is possible'],
    ['\\fscx5000', 'letters stretched 50 times; 0.01 to 10 times are possible'],
    ['\\fsp9000', 'the space between letters of 25 heights of the picture; up to 2 is possible'],
    ['\\bord100000', 'an outline of 278 heights of the picture; up to 0.1 is possible'],
    ['\\shad5000', 'the distance of a shadow of 13.9 heights of the picture; up to 0.1 is possible'],
  ])('that would be as large as %s are refused by name', (tag, what) => {
    expect(() => burn('a.ass', ass(line(`{${tag}}x`)))).toThrow(`subtitle 1 at 00:00:01.000: ${what}`)
  })

  it('that are too long or too many are refused in their own words', () => {
    const cue = '00:00:01,000 --> 00:00:02,000\n'
    expect(() => burn('a.srt', cue + 'x'.repeat(2001))).toThrow('a text of 2001 characters; 2000 are possible')
    expect(() => burn('a.srt', `${cue}x\n\n`.repeat(8001))).toThrow('holds 8001 subtitles; 8000 are possible')
    expect(() => burn('a.ass', ass(line('{'.repeat(400_000))))).toThrow('cannot be read as SubStation Alpha')
    expect(() => burn('a.srt', `${cue}x\n\n`.repeat(200))).toThrow('its subtitles need 200 tracks')
  })

  it('that are seen at once stand over each other, and come back down when there is room', () => {
    const times = (from: number, to: number): string => `00:00:0${from},000 --> 00:00:0${to},000\n`
    const out = burn(
      'a.srt',
      `${times(1, 3)}One\nmore\n\n${times(2, 4)}Two\n\n${times(3, 5)}Three\n\n${times(5, 6)}Four`,
    )
    const y = out.texts.map(({ style }) => style.y)
    expect(y[1]).toBeCloseTo(0.94 - 2 * 0.05 * 1.25)
    expect([y[0], y[2], y[3]]).toEqual([0.94, 0.94, 0.94])
  })

  it('of ASS stand below each other at the top, but not those of another layer or with a place of their own', () => {
    const top = line('{\\an8}a')
    const out = burn(
      'a.ass',
      ass([top.replace('0,0', '1,0'), top, line('{\\an8}b'), line('{\\an8\\pos(64,36)}c')].join('\n')),
    )
    expect(out.texts.map(({ text, style }) => [text, style.y])).toEqual([
      ['a', 0.1],
      ['b', 0.2],
      ['c', 0.1],
    ])
    // The higher layer lies over all others, though it is the first of the file.
    expect(clipsOf(out).map(({ where }) => where.slice(0, 10))).toEqual([2, 3, 4, 1].map((one) => `subtitle ${one}`))
  })

  it('need a font, a kind that is known, and words', () => {
    expect(() => burn('a.srt', '00:00:01,000 --> 00:00:02,000\nx', { family: undefined })).toThrow(/in which font/)
    expect(() => burn('a.sub', 'x')).toThrow(/are read from \.srt/)
    expect(() => burn('a.srt', 'nothing here')).toThrow(/holds no subtitles/)
    expect(() => burn('a.srt', '00:00:02,000 --> 00:00:01,000\nx')).toThrow(/ends before it begins/)
  })

  it.each(['movie=/etc/passwd', "%{pts}'[out];", '{\\an8', '<b', '`x`'])(
    'keep the text %j as it is, in nothing but the text',
    (text) => {
      for (const out of [burn('a.srt', `00:00:01,000 --> 00:00:02,000\n${text}`), burn('a.ass', ass(line(text)))]) {
        const words = out.texts.map((one) => one.text).join('')
        // What stands between braces is no text in ASS.
        expect(['', text, text.replace(/\{[^}]*\}?/, '')]).toContain(words)
        expect(
          JSON.stringify(
            out.edit.video.map(({ items }) => items.map((item) => ('content' in item ? item.content : ''))),
          ),
        ).not.toContain('passwd')
      }
    },
  )
})
