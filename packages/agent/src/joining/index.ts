export { joinFarm, knockAtFarms, type Joined, type JoinFarmInit } from './join-farm.js'
export { farmNameOf, keepFarm, type Attachment, type FarmName } from './keep-farm.js'
export { rememberAddress } from './remember-address.js'
export { Renewal, type RenewalComponents } from './renewal.js'
