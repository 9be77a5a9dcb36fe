import type { Library } from '../types.ts'

/** Kinde. */
export const kinde: Library = {
  name: 'Kinde',
  packages: ['@kinde-oss/*'],
  calls: {
    'getKindeServerSession().{getUser,getOrganization,getPermission,getIdToken,getAccessToken}': { session: null },
    'getKindeServerSession().isAuthenticated': { session: false },
  },
}
