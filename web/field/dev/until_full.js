// Writes small rows until the browser notices that there is no more room; it looks at its quota every half minute.
async () => {
    const done = q => new Promise((r, f) => { q.onsuccess = () => r(q.result); q.onerror = () => f(q.error) });
    const opening = indexedDB.open('room', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('rows', { autoIncrement: true });
    const db = await done(opening);
    for (let n = 0; n < 120; n++) {
        const trial = db.transaction('rows', 'readwrite');
        trial.objectStore('rows').put(new Uint8Array(100));
        const kept = await new Promise(r => { trial.oncomplete = () => r(true); trial.onabort = () => r(false) });
        if (!kept) return db.close();
        await new Promise(r => setTimeout(r, 500));
    }
    throw new Error('never full');
}
