// Pictures from outside. A mail comes with their addresses set aside (data-hark-src), so that nothing is loaded by showing it:
// that would tell its sender that, when and where it is read. Only http and https pictures can be asked for.

const SET_ASIDE = /(<img\b[^>]*?\s)data-hark-src="(https?:\/\/[^"]*)"/gi;

/** How many there are. */
export const foreignPictures = (html: string): number => html.match(SET_ASIDE)?.length ?? 0;

/** The message with its pictures where they belong. What is in `html` is the server's sanitised form: quotes stand in it as entities. */
export const withForeignPictures = (html: string): string => html.replace(SET_ASIDE, '$1referrerpolicy="no-referrer" src="$2"');
