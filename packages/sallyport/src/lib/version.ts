/** The library's version, as the audit log records it. A test keeps it equal to package.json. */
export const VERSION = '0.1.0'
