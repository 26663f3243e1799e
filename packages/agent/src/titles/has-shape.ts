import type { Font } from 'fontkit'

/** What is not to be seen by itself: blanks, controls, marks of direction and joining, the empty pattern of Braille. */
const UNSEEN = /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]$/u

/**
 * Whether a font can draw a character: it has a glyph for it, and the glyph is made of outlines. Fonts of coloured
 * pictures, such as emoji, have glyphs that are not, of which nothing would be seen.
 */
export function hasShape(font: Font, character: string): boolean {
  if (UNSEEN.test(character)) return true
  const point = character.codePointAt(0) ?? 0
  if (!font.hasGlyphForCodePoint(point)) return false
  try {
    return font.glyphForCodePoint(point).path.commands.length > 0
  } catch {
    return false
  }
}
