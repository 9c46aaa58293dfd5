-- Base tables: one row per migration, batch, crawl, URL outcome, capture, record, content, citation and source.
-- No primary keys and no indexes: as fast without, smaller, and away from index corruption; checks/ finds doubles.
create table schema_version (
    version bigint not null,
    name varchar not null
);

create table contract (
    sha256 varchar not null
);

create table loaded_batch (
    batch_id varchar not null,
    crawl_id varchar not null,
    source_id varchar not null,
    extractor bigint not null,
    info_sha256 varchar not null
);

create table crawl (
    crawl_id varchar not null,
    source_id varchar not null,
    run_id varchar not null,
    started_at timestamp with time zone not null,
    finished_at timestamp with time zone not null,
    finish_reason varchar not null,
    is_complete boolean not null,
    n_discovered bigint not null,
    n_fetched bigint not null,
    n_skipped bigint not null,
    n_failed bigint not null,
    code_version varchar not null
);

create table url_outcome (
    crawl_id varchar not null,
    source_id varchar not null,
    url varchar not null,
    role varchar not null,
    entry_url varchar,
    outcome varchar not null,
    reason varchar,
    detail varchar,
    capture_id varchar,
    decided_at timestamp with time zone not null
);

create table capture (
    capture_id varchar not null,
    crawl_id varchar not null,
    source_id varchar not null,
    role varchar not null,
    request_url varchar not null,
    final_url varchar not null,
    fetched_at timestamp with time zone not null,
    status bigint not null,
    warc_path varchar not null,
    warc_offset bigint not null,
    warc_length bigint not null,
    payload_sha256 varchar not null,
    extractor bigint not null
);

create table record (
    capture_id varchar not null,
    position bigint not null,
    extractor bigint not null,
    article_id varchar,
    content_sha256 varchar,
    published_raw varchar,
    reason varchar,
    detail varchar
);

create table content (
    content_sha256 varchar not null,
    article_id varchar not null,
    source_id varchar not null,
    country varchar not null,
    kind varchar not null,
    url varchar not null,
    title varchar,
    text varchar using compression zstd,
    excerpt varchar,
    language varchar not null,
    language_confidence double not null,
    language_declared varchar,
    published_at timestamp with time zone,
    published_precision varchar,
    published_origin varchar,
    zone_assumed boolean,
    modified_at timestamp with time zone,
    authors varchar,
    section varchar,
    tags varchar,
    n_words bigint not null,
    n_chars bigint not null,
    text_origin varchar not null
);

create table content_citation (
    content_sha256 varchar not null,
    position bigint not null,
    kind varchar not null,
    label varchar,
    url varchar,
    domain varchar
);

create table source (
    source_id varchar not null,
    name varchar not null,
    homepage varchar not null,
    country varchar not null,
    languages varchar not null,
    timezone varchar not null,
    status varchar not null,
    status_reason varchar,
    rights_level varchar not null,
    rights_basis varchar not null,
    licence varchar,
    evidence_url varchar,
    tdm_reserved boolean,
    min_articles_per_week bigint
);
