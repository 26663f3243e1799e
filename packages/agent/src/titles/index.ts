export { drawCaption, type Caption } from './draw-caption.js'
export { drawTexts, type DrawTextsInit } from './draw-texts.js'
export { fontFolders } from './font-folders.js'
export { encodePng } from './png.js'
