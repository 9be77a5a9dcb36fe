import type { Library } from '../types.ts'

/** Services that keep files. */
export const storage: Library = {
  name: 'Storage',
  packages: ['@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner', '@google-cloud/storage', '@azure/storage-blob', 'cloudinary', 'uploadthing/*', 'minio', '@aws-sdk/*'],
  calls: {
    '**.send': { effect: 'storage' },
    'getSignedUrl': { effect: 'storage' },
    '**uploader.{upload,destroy}': { effect: 'storage' },
    '**UTApi().{uploadFiles,deleteFiles,renameFiles}': { effect: 'storage' },
    '**.{save,upload,delete,putObject,removeObject,uploadData}': { effect: 'storage' },
  },
}
