/** The tasks by name: how they are called here. What the server has beyond these is shown as
 * its OpenAPI document describes it. */

/** What is known of a task beforehand. */
export interface Known {
  readonly title: string;
  readonly hint: string;
  readonly group: Group;
  readonly icon: string;
  readonly verb?: string;
  readonly makes?: boolean;
  readonly slow?: boolean;
  readonly device?: string;
}

export const GROUPS = ["See", "People", "Make", "Know", "More"] as const;
export type Group = (typeof GROUPS)[number];

const FACE = "M4 12a8 8 0 1 0 16 0a8 8 0 1 0-16 0M9 10v.5M15 10v.5M8.5 14.5c2 2 5 2 7 0";

export const KNOWN: Readonly<Record<string, Known>> = {
  analyze: {
    title: "Everything",
    hint: "All at once",
    group: "See",
    icon: "M12 3v4M12 17v4M3 12h4M17 12h4M6 6l2.5 2.5M15.500 15.500L18 18M18 6l-2.500 2.500M8.500 15.500L6 18",
    verb: "Look at everything",
    slow: true,
  },
  objects: {
    title: "Objects",
    hint: "80 kinds of things, in boxes",
    group: "See",
    icon: "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M9 9h6v6H9z",
    device: "object-detection",
  },
  classify: {
    title: "What is it?",
    hint: "The best of 1000 names",
    group: "See",
    icon: "M4 4h8l8 8-8 8-8-8zM8.500 8.500v.01",
    device: "image-classification",
  },
  instances: {
    title: "Outlines",
    hint: "Every object with its mask",
    group: "See",
    icon: "M7 5c4-3 7 0 10 1s3 6 1 9-6 5-10 4-5-5-4-8 1-4 3-6",
    verb: "Find outlines",
    slow: true,
  },
  "semantic-segmentation": {
    title: "Every pixel",
    hint: "Street, sky, sofa, person",
    group: "See",
    icon: "M4 4h16v16H4zM4 14l5-4 4 3 7-6M4 18l16-5",
    verb: "Name every pixel",
    makes: true,
    slow: true,
  },
  depth: {
    title: "Depth",
    hint: "How far everything is",
    group: "See",
    icon: "M3 20h18M6 20V9M12 20V5M18 20v-7M4.500 9h3M10.500 5h3M16.500 13h3",
    verb: "Measure depth",
    makes: true,
    slow: true,
  },
  faces: {
    title: "Faces",
    hint: "Boxes and six points",
    group: "People",
    icon: FACE,
    device: "face-detection-short",
  },
  smile: {
    title: "Expressions",
    hint: "A smile, or which mood",
    group: "People",
    icon: `${FACE}M19 3v3M17.500 4.500h3`,
    device: "smile",
  },
  landmarks: {
    title: "Face mesh",
    hint: "468 points on each face",
    group: "People",
    icon: "M12 3l7 5v8l-7 5-7-5V8zM12 3v18M5 8l14 8M19 8L5 16",
    device: "face-landmarks",
  },
  segment: {
    title: "Person mask",
    hint: "Which pixels are a person",
    group: "People",
    icon: "M12 4a3.500 3.500 0 1 0 0 7a3.500 3.500 0 1 0 0-7M5 20c0-4 3-7 7-7s7 3 7 7",
    device: "portrait-segmentation",
  },
  people: {
    title: "Who is it?",
    hint: "People whom the server knows",
    group: "People",
    icon: "M9 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M3 19c0-3.500 2.500-6 6-6s6 2.500 6 6M16 5.500a3 3 0 0 1 0 5M18 13.500c2 1 3 3 3 5.500",
  },
  background: {
    title: "Background",
    hint: "Another one behind people",
    group: "Make",
    icon: "M4 4h16v16H4zM12 8a2.500 2.500 0 1 0 0 5a2.500 2.500 0 1 0 0-5M7 20c0-3 2-5 5-5s5 2 5 5",
    verb: "Change the background",
    makes: true,
    device: "portrait-segmentation",
  },
  cut: {
    title: "Cut out",
    hint: "Type what you want to keep",
    group: "Make",
    icon: "M6 5a2.500 2.500 0 1 0 0 5a2.500 2.500 0 1 0 0-5M6 14a2.500 2.500 0 1 0 0 5a2.500 2.500 0 1 0 0-5M8 9l12 8M8 15l12-8",
    verb: "Cut out",
    makes: true,
    slow: true,
  },
  style: {
    title: "Paint",
    hint: "In one of 26 styles, or yours",
    group: "Make",
    icon: "M4 20c3 0 4-1 4-3a2.500 2.500 0 0 1 5 0c0 3-4 4-9 3M11.500 14L20 4M13 15.500L20 4",
    verb: "Paint",
    makes: true,
    device: "style-transfer",
  },
  "super-resolution": {
    title: "Enlarge",
    hint: "Two or four times the size",
    group: "Make",
    icon: "M4 10V4h6M4 4l7 7M20 14v6h-6M20 20l-7-7",
    verb: "Enlarge",
    makes: true,
    slow: true,
    device: "super-resolution-compact",
  },
  filter: {
    title: "Filters",
    hint: "Stickers, light and weather",
    group: "Make",
    icon: "M5 19L15 9M13 7l4 4M18 3v3M16.5 4.500h3M7 4v2M6 5h2M19 13v2M18 14h2",
    verb: "Put it on",
    makes: true,
    device: "smile",
  },
  text: {
    title: "Text",
    hint: "What is written there",
    group: "Know",
    icon: "M5 7V5h14v2M12 5v14M9 19h6",
    verb: "Read",
  },
  caption: {
    title: "Caption",
    hint: "The photo in a sentence",
    group: "Know",
    icon: "M4 5h16v11H9l-5 4zM8 9h8M8 12h5",
    verb: "Describe",
    slow: true,
  },
  search: {
    title: "Look-alikes",
    hint: "Among the photos kept on the server",
    group: "Know",
    icon: "M11 5a6 6 0 1 0 0 12a6 6 0 1 0 0-12M15.500 15.500L20 20M8.500 11h5",
    verb: "Search",
  },
  properties: {
    title: "Properties",
    hint: "Colours, light, sharpness, camera",
    group: "Know",
    icon: "M4 7h10M18 7h2M4 12h3M11 12h9M4 17h9M17 17h3M14 5v4M7 10v4M13 15v4",
  },
};

/** Fields that the page says by itself, or that nobody here needs to choose. */
export const UNASKED: ReadonlySet<string> = new Set([
  "picture",
  "masks",
  "depth",
  "allow_truncated",
  "checkpoint",
  "decode",
]);
