export { describeMachine, type MachineDescription } from './describe-machine.js'
