-- Grain: visit: one URL that a crawl of the source asked for or put off; post: one channel message seen (met_at is null
-- where a backfill met it); distrust: one host whose word about changes was a lie, for entries and pages apart; walk: one
-- page of an entry met in a backfill. All are derived from the archive (rebuild_visits). Instants are ISO 8601, UTC,
-- microseconds, Z: they sort as text.
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
    shown_sha256 text,
    said text not null,
    page_key text not null,
    outcome text,
    reason text,
    first_fetched_at text,
    last_fetched_at text,
    last_changed_at text,
    n_changes integer not null,
    n_changes_in_row integer not null,
    n_not_modified integer not null,
    n_quiet integer not null,
    n_failures integer not null,
    decided_at text,
    next_due_at text
) strict, without rowid;

create index if not exists visit_by_due on visit (next_due_at) where next_due_at is not null;

create table if not exists post (
    channel text not null,
    number integer not null,
    met_at text,
    looked_at text not null,
    gone_at text,
    said text,
    primary key (channel, number)
) strict, without rowid;

create index if not exists visit_by_page on visit (page_key, first_fetched_at, url) where role = 'page';

create table if not exists distrust (
    host text not null,
    role text not null,
    primary key (host, role)
) strict, without rowid;

create table if not exists walk (
    days text not null,
    url text not null,
    entry_url text,
    is_done integer not null,
    decided_at text not null,
    primary key (days, url)
) strict, without rowid;
