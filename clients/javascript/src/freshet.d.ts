/** An event; `id`, `time` and `user` are filled in where they are left out. */
export interface FreshetEvent {
  id?: string; user?: string; session?: string; item?: string; items?: string[]; type?: string; value?: number;
  profit?: number; time?: number | string; recommendation_id?: string; text?: string
}
export interface Place { latitude: number; longitude: number }
export interface Question {
  user?: string; session?: string; count?: number; scenario?: string; place?: Place; fields?: string[];
  filter?: string | object; context?: Record<string, unknown>
}
export interface RecommendationQuestion extends Question {
  events?: object[]; cursor?: string; exclude?: string[]; include_seen?: boolean; diversity?: number; explain?: boolean; counterfactual?: boolean;
}
export interface SearchQuestion extends Question { events?: object[]; record?: boolean }
/** As in the query: `filter`, `fields` and `place` are text there. */
export interface SimilarQuestion {
  user?: string; count?: number; scenario?: string; place?: string; filter?: string; fields?: string;
  category?: string; exclude_category?: string; tag?: string;
}
export interface RecommendedItem {
  id: string; score: number; reasons?: object[]; title?: string; categories?: string[]; tags?: string[];
  attributes?: Record<string, unknown>; available?: boolean; created_at?: number; because_without?: object;
}
export interface ItemList { items: RecommendedItem[] }
export interface Recommendation extends ItemList { recommendation_id: string; model: string; user?: string; variant?: string; next?: string }
export interface FreshetOptions {
  /** Where the server is: `https://freshet.example`. */
  url: string;
  /** A key with the right `events`; everybody who opens the page can read it. */
  key?: string;
  /** Where questions go, if elsewhere: a path of the shop's own server that adds a key with the right `read`. */
  questions?: string;
  questionsKey?: string;
  /** Whether storing and sending is allowed from the start; false unless given. */
  consent?: boolean;
  /** Events of a request; 100. */
  batch?: number;
  /** Events that may wait; 500. */
  capacity?: number;
  /** Milliseconds between an event and its request; 1,000. */
  interval?: number;
  /** What the names in localStorage begin with; `freshet`. */
  prefix?: string;
}
export class FreshetError extends Error {
  readonly status: number;
  readonly problem: { title?: string; detail?: string; errors?: object[]; [field: string]: unknown };
  readonly retryAfter: number;
}
export class Freshet {
  constructor(options: FreshetOptions);
  readonly visitor: string | undefined;
  readonly user: string | undefined;
  readonly waiting: number;
  allow(isAllowed: boolean): void;
  signIn(user: string): void;
  signOut(): void;
  send(event: FreshetEvent): boolean;
  watch(element: Element, item: string, recommendationId?: string): void;
  unwatch(element: Element): void;
  recommend(question?: RecommendationQuestion): Promise<Recommendation>;
  search(query: string, question?: SearchQuestion): Promise<Recommendation>;
  similar(item: string, question?: SimilarQuestion): Promise<ItemList>;
  flush(): Promise<boolean>;
}
