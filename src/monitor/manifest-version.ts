/** Version of this library: the one place it is written in the code, held to `package.json` by a test. */
export const LIBRARY_VERSION = "0.1.0";
