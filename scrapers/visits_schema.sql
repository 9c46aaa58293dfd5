-- Grain: visit: one URL that a crawl of the source asked for or put off; post: one channel message seen.
-- Both are derived from the archive (rebuild_visits). Instants are ISO 8601, UTC, microseconds, Z: they sort as text.
create table if not exists visit (
    url text primary key,
    role text not null,
    entry_url text,
    entry_kind text,
    title text,
    published text,
    modified text,
    etag text,
    last_modified text,
    body_sha256 text,
    outcome text,
    reason text,
    first_fetched_at text,
    last_fetched_at text,
    last_changed_at text,
    n_changes_in_row integer not null,
    n_failures integer not null,
    decided_at text,
    next_due_at text
) strict, without rowid;

create index if not exists visit_by_due on visit (next_due_at) where next_due_at is not null;

create table if not exists post (
    post text primary key
) strict, without rowid;
