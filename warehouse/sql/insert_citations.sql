-- Grain: one source named by one content, of the contents that are not held yet. Runs before insert_contents.sql.
-- Where the address is one of withheld_link, an article that was taken down, neither it nor the words of the link are kept.
insert into content_citation by name
select
    staged.content_sha256,
    staged.position,
    staged.kind,
    case when withheld_link.url is null then staged.label end as label,
    case when withheld_link.url is null then staged.url end as url,
    staged.domain,
from read_parquet($citations) as staged
left join withheld_link on staged.url = withheld_link.url
semi join (
    select content_sha256 from read_parquet($articles) as article
    anti join tombstone on article.article_id = tombstone.article_id
) as taken on staged.content_sha256 = taken.content_sha256
anti join content on staged.content_sha256 = content.content_sha256
order by staged.content_sha256, staged.position
