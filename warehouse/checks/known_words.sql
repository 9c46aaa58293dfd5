-- severity: error
-- meaning: A column holds a word that the contract does not know.
with word as (
    select 'url_outcome.outcome' as column_name, outcome as value from url_outcome
    where outcome not in ('fetched', 'skipped', 'failed')

    union all

    select 'url_outcome.role' as column_name, role as value from url_outcome
    where role not in ('entry', 'page', 'both')

    union all

    select 'url_outcome.reason' as column_name, reason as value from url_outcome
    where (outcome = 'fetched') <> (reason is null)

    union all

    select 'content.kind' as column_name, kind as value from content
    where kind not in ('article', 'post')

    union all

    select 'content.published_precision' as column_name, published_precision as value from content
    where published_precision not in ('second', 'minute', 'day')

    union all

    select 'content_citation.kind' as column_name, kind as value from content_citation
    where kind not in ('related', 'inline', 'forwarded', 'named')
)

select
    column_name,
    value,
    count(*) as n,
from word
group by column_name, value
order by column_name, value
