import type { Library } from '../types.ts'

/** Mongoose and the driver of MongoDB. */
export const mongo: Library = {
  name: 'MongoDB',
  packages: ['mongoose', 'mongodb', 'mongoose/*'],
  calls: {
    '**.{findByIdAndUpdate,findOneAndUpdate,updateOne,updateMany,replaceOne,findOneAndReplace}': { effect: 'db-write', style: 'where-data' },
    '**.{findByIdAndDelete,findOneAndDelete,findByIdAndRemove,deleteOne,deleteMany,remove,bulkWrite}': { effect: 'db-write', style: 'plain' },
    '**.{insertOne,insertMany,create}': { effect: 'db-write', style: 'data-chain' },
    '**.save': { effect: 'db-write', style: 'plain' },
    '**.{find,findOne,findById,aggregate,countDocuments,distinct,exists}': { effect: 'db-read', style: 'plain' },
  },
}
