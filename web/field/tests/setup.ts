/** IndexedDB in memory; everything else is the platform's own (WebCrypto of Node is the same interface). */
import "fake-indexeddb/auto";
