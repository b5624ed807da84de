// Where no graphics card draws the map, its picture is fetched without waiting for it, and laid under the craft.
// @ts-check

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;
const LOOK_MS = 8;

/** Whether a processor draws what a graphics card should: there the page would stand still for each of the map's frames. @param {any} map */
export function slow(map) {
  const gl = /** @type {WebGL2RenderingContext | null} */ (map.getCanvas().getContext("webgl2"));
  if (!gl) return false;
  const told = gl.getExtension("WEBGL_debug_renderer_info");
  return SOFTWARE.test(String(gl.getParameter(told ? told.UNMASKED_RENDERER_WEBGL : gl.RENDERER)));
}

/**
 * Hand each frame of a map whose canvas is hidden to `take` when it is drawn; keys and names go to what holds it.
 * @param {any} map @param {(dots: ArrayBuffer, wide: number, high: number, whole: boolean) => void} take from the lowest row upwards, and whether
 *   all of the land was there
 */
export function fetched(map, take) {
  const canvas = map.getCanvas();
  const gl = /** @type {WebGL2RenderingContext} */ (canvas.getContext("webgl2"));
  const holder = map.getCanvasContainer();
  for (const name of ["tabindex", "role", "aria-label"]) holder.setAttribute(name, canvas.getAttribute(name) ?? "");
  const store = gl.createBuffer();
  let [busy, again] = [false, false];

  function ask() {
    const [wide, high] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
    const held = gl.getParameter(gl.READ_FRAMEBUFFER_BINDING);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, store);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, wide * high * 4, gl.STREAM_READ);
    gl.readPixels(0, 0, wide, high, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, held);
    const drawn = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    if (drawn) setTimeout(look, LOOK_MS, drawn, wide, high, map.areTilesLoaded());
    busy = Boolean(drawn);
  }

  /** @param {WebGLSync} drawn @param {number} wide @param {number} high @param {boolean} whole */
  function look(drawn, wide, high, whole) {
    if (gl.isContextLost()) return void (busy = false);
    if (gl.getSyncParameter(drawn, gl.SYNC_STATUS) !== gl.SIGNALED) return void setTimeout(look, LOOK_MS, drawn, wide, high, whole);
    gl.deleteSync(drawn);
    const dots = new Uint8Array(wide * high * 4);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, store);
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, dots);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    take(dots.buffer, wide, high, whole);
    busy = false;
    if (again) ask();
    again = false;
  }

  map.on("render", () => {
    if (busy) again = true;
    else ask();
  });
  map.triggerRepaint();
}
