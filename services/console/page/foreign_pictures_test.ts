import assert from "node:assert/strict";
import {test} from "node:test";
import {foreignPictures, withForeignPictures} from "./foreign_pictures.js";

test("pictures that were set aside are put back, those of the web alone", () => {
  const html = `<p>Hi</p><img width="1" data-hark-src="https://shop.example/a.png?x=1&amp;y=2"><img alt="b" data-hark-src="http://shop.example/b.png">` +
    `<img data-hark-src="ftp://shop.example/c.png"><img src="cid:logo"><img src="data:image/png;base64,AAAA">`;
  assert.equal(foreignPictures(html), 2);
  assert.equal(withForeignPictures(html),
    `<p>Hi</p><img width="1" referrerpolicy="no-referrer" src="https://shop.example/a.png?x=1&amp;y=2">` +
    `<img alt="b" referrerpolicy="no-referrer" src="http://shop.example/b.png">` +
    `<img data-hark-src="ftp://shop.example/c.png"><img src="cid:logo"><img src="data:image/png;base64,AAAA">`);
});

test("words that look like a picture stay words", () => {
  const html = `<p>&lt;img data-hark-src=&quot;https://x.example/&quot;&gt;</p><p title="data-hark-src=&quot;https://x.example/&quot;">x</p>`;
  assert.equal(foreignPictures(html), 0);
  assert.equal(withForeignPictures(html), html);
});
