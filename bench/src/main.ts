/** The benches of the project, started by `npm run bench`. */
export const benchNames: readonly string[] = ['overhead', 'scaling', 'ready', 'facts']

console.log(benchNames.join('\n'))
