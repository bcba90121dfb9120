// Fixtures of the two formats of Node's own `crypto`: the functions are the articles', word for word but for their names.
// Usage: node generate.js FOLDER. Never part of the library: it writes what the library only reads.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const algorithm = 'aes-256-gcm';

// Restify: https://nodejs.org/api/crypto.html
function encryptField(plainText, keyBase64) {
  const key = Buffer.from(keyBase64, 'base64');
  const iv = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv(algorithm, key, iv);
  let encrypted = cipher.update(plainText, 'utf8', 'base64');
  encrypted += cipher.final('base64');
  return { iv: iv.toString('base64'), encryptedData: encrypted, authTag: cipher.getAuthTag().toString('base64') };
}

// Koa.
function encrypt(text, key) {
  const iv = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv(algorithm, key, iv);
  let encrypted = cipher.update(text, 'utf8', 'base64');
  encrypted += cipher.final('base64');
  const tag = cipher.getAuthTag().toString('base64');
  return { iv: iv.toString('base64'), encryptedData: encrypted, tag };
}

const texts = {
  short: 'CANARY-ssn-078-05-1120',
  empty: '',
  unicode: 'CANARY-naïve-🔑-Ünïcødé',
  long: 'CANARY-long-'.repeat(100),
  json: JSON.stringify({ number: 'CANARY-4111111111111111', month: 12 }),
};

function write(folder, format, content) {
  const made_by = `Node ${process.version}, crypto (OpenSSL ${process.versions.openssl})`;
  fs.writeFileSync(path.join(folder, `${format}.json`), JSON.stringify({ format, made_by, ...content }, null, 1) + '\n');
}

const folder = process.argv[2];
const base64Keys = [0, 1].map(() => crypto.randomBytes(32).toString('base64'));
const jsonFixtures = [];
for (const [name, text] of Object.entries(texts)) {
  for (const key of [0, 1]) {
    const item = {
      userId: { S: 'user-1' },
      ssn: { S: JSON.stringify(encryptField(text, base64Keys[key])) },
      createdAt: { S: '2024-01-01T00:00:00Z' },
    };
    jsonFixtures.push({ name: `${name}, key ${key}`, field: 'ssn', key, item, plaintext: Buffer.from(text).toString('base64') });
  }
}
write(folder, 'json-gcm', { encoding: 'base64', keys: base64Keys, fixtures: jsonFixtures });

const hexKeys = [0, 1].map(() => crypto.randomBytes(32).toString('hex'));
const splitFixtures = [];
for (const [name, text] of Object.entries(texts)) {
  for (const key of [0, 1]) {
    const secureData = encrypt(text, Buffer.from(hexKeys[key], 'hex'));
    const item = {
      userId: { S: 'user-123' },
      sensitiveAttr: { S: secureData.encryptedData },
      iv: { S: secureData.iv },
      tag: { S: secureData.tag },
    };
    splitFixtures.push({ name: `${name}, key ${key}`, field: 'sensitiveAttr', key, item, plaintext: Buffer.from(text).toString('base64') });
  }
}
write(folder, 'split-gcm', { encoding: 'hex', keys: hexKeys, fixtures: splitFixtures });
