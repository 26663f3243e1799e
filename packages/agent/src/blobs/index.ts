export { AssetRegistry, type AssetBlock, type AssetRegistryInit, type AssetSource } from './asset-registry.js'
export { BlobService, discardPartialAsset, type BlobServiceComponents, type FetchAssetOptions } from './blob-service.js'
export { BlobStore, type StoredBlob } from './blob-store.js'
