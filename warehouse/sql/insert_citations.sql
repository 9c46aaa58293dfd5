-- Grain: one source named by one content, of the contents that are not held yet. Runs before insert_contents.sql.
insert into content_citation by name
select
    staged.content_sha256,
    staged.position,
    staged.kind,
    staged.label,
    staged.url,
    staged.domain,
from read_parquet($citations) as staged
semi join (
    select content_sha256 from read_parquet($articles) as article
    anti join tombstone on article.article_id = tombstone.article_id
) as taken on staged.content_sha256 = taken.content_sha256
anti join content on staged.content_sha256 = content.content_sha256
order by staged.content_sha256, staged.position
