const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether `text` has no lone surrogate, so that its UTF-8 stands for it alone and not for U+FFFD. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}
