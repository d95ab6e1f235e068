// Formats of recordings that there are for field protocols.
import { PACKET_FORMATS, type RecordingFormat } from '../lanes/recording/open.ts';
import { CANDUMP } from './can/candump-reader.ts';

/** The ones with a signature first: a log of text has none. */
export const RECORDING_FORMATS: readonly RecordingFormat[] = [...PACKET_FORMATS, CANDUMP];
