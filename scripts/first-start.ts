// What `npm start` makes ready beside the editor, and what is there already from the start before.
import './ensure-native.ts';
import './ensure-image.ts';
