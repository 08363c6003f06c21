/** The camera, in a dialog: what it sees, and a photo of that. */
import { find } from "./dom.js";

const FAILURES: Readonly<Record<string, string>> = {
  NotAllowedError: "The browser may not use the camera: allow it beside the address.",
  NotFoundError: "This device has no camera.",
  NotReadableError: "Another program uses the camera.",
};

/** Open the dialog; the photo that is taken, null where it is closed. */
export async function takePhoto(): Promise<Blob | null> {
  const dialog = find<HTMLDialogElement>("camera-dialog");
  const video = dialog.querySelector("video") as HTMLVideoElement;
  const notice = dialog.querySelector(".notice") as HTMLElement;
  const buttons = [...dialog.querySelectorAll("button")];
  notice.hidden = true;
  dialog.showModal();
  const facing = ["environment", "user"];
  await look(video, facing[0], notice);
  return new Promise((resolve) => {
    const leave = (photo: Blob | null) => {
      stop(video);
      dialog.close();
      resolve(photo);
    };
    const act = async (event: Event): Promise<void> => {
      const { value } = event.currentTarget as HTMLButtonElement;
      if (value === "turn") return look(video, facing.reverse()[0], notice);
      leave(value === "take" ? await still(video) : null);
    };
    for (const button of buttons) button.onclick = (event) => void act(event);
    dialog.oncancel = () => leave(null);
  });
}

async function look(video: HTMLVideoElement, facing: string, notice: HTMLElement) {
  stop(video);
  try {
    const wanted = { facingMode: facing, width: { ideal: 1920 } };
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted });
  } catch (error) {
    notice.hidden = false;
    notice.textContent =
      FAILURES[(error as Error).name] ?? "The camera cannot be used here: it needs https.";
  }
}

function stop(video: HTMLVideoElement): void {
  for (const track of (video.srcObject as MediaStream | null)?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

async function still(video: HTMLVideoElement): Promise<Blob | null> {
  if (video.videoWidth === 0) return null;
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 });
}
