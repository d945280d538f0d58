/**
 * A paper as a picture, made on the phone with no network: what is handed on by WeChat or kept by the enterprise. The
 * page's own styles draw it, so the picture is what was signed.
 */

const WIDTH = 720; // css pixels: two thirds of A4 at screen resolution, legible on any phone
const SCALE = 2;
const LONGEST = 16_000; // pixels; longer canvases stay empty on old phones

function styles(): string {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  return rules.filter((rule) => rule instanceof CSSStyleRule).map((rule) => rule.cssText).join("\n");
}

async function load(source: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = source;
  await image.decode();
  return image;
}

/** A paper as the page's styles draw it at a width, in pixels; `classes` say how it is drawn. */
export async function svgOf(paper: HTMLElement, width: number, classes: string[]): Promise<{ image: HTMLImageElement; height: number }> {
  const frame = document.createElement("div");
  frame.classList.add(...classes);
  frame.append(paper.cloneNode(true));
  document.body.append(frame); // measured where the page's styles hold, and taken away at once
  const height = Math.ceil(frame.getBoundingClientRect().height);
  frame.remove();
  const body = new XMLSerializer().serializeToString(frame);
  const style = styles().replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<foreignObject width="100%" height="100%"><div xmlns="http://www.w3.org/1999/xhtml"><style>${style}</style>${body}</div></foreignObject></svg>`;
  return { image: await load(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`), height };
}

/** PNG of one paper that stands on the page. */
export async function paperImage(paper: HTMLElement): Promise<Blob> {
  const { image, height } = await svgOf(paper, WIDTH, ["as-picture"]);
  const scale = Math.min(SCALE, LONGEST / height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(WIDTH * scale);
  canvas.height = Math.round(height * scale);
  const draw = canvas.getContext("2d")!;
  draw.fillStyle = "#fff";
  draw.fillRect(0, 0, canvas.width, canvas.height);
  draw.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png"));
}

/** Hands pictures to the phone's own "share"; where it has none, they are saved. A share that the person closes is no error. */
export async function handOn(title: string, files: File[], save: (file: File) => Promise<void>): Promise<void> {
  if (navigator.canShare?.({ files })) {
    await navigator.share({ title, files }).catch((reason: Error) => {
      if (reason.name !== "AbortError") throw reason;
    });
    return;
  }
  for (const file of files) await save(file);
}
