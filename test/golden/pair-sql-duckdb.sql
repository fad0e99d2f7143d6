with pv_products as (
  select distinct t."primaryid" as pv_report, coalesce(cast(t."drugname" as varchar), '') as pv_product
  from "safety"."drug" t where t."primaryid" is not null and coalesce(cast(t."drugname" as varchar), '') <> '' and t."role_cod" in ($1, $2, $3) and t."kind" in ($4)
), pv_events as (
  select distinct t."primaryid" as pv_report, coalesce(cast(t."pt" as varchar), '') as pv_event
  from "reac" t where t."primaryid" is not null and coalesce(cast(t."pt" as varchar), '') <> ''
), pv_known as (
  select distinct t."primaryid" as pv_report from "demo" t where t."primaryid" is not null
), pv_eligible as (
  select t."primaryid" as pv_report, min(concat(coalesce(nullif(cast(t."sex" as varchar), ''), '(missing)'), ' / ', coalesce(nullif(cast(t."region" as varchar), ''), '(missing)'))) as pv_stratum from "demo" t where t."primaryid" is not null and t."year" >= $5 and t."country" is not null and t."country" not in ($6) and t."deleted" is null group by t."primaryid"
), pv_scope as (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from pv_eligible s where s.pv_report in (select t."primaryid" from "safety"."drug" t where t."kind" in ($7)) or s.pv_report in (select t."primaryid" from "demo" t where t."report_kind" in ($8))
), pv_with_product as (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from pv_scope s where s.pv_report in (select t."primaryid" from "safety"."drug" t where t."primaryid" is not null and coalesce(cast(t."drugname" as varchar), '') <> '' and t."role_cod" in ($1, $2, $3) and t."kind" in ($4))
), pv_complete as (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from pv_with_product s where s.pv_report in (select t."primaryid" from "reac" t where t."primaryid" is not null and coalesce(cast(t."pt" as varchar), '') <> '')
), pv_exposed as (
  select p.pv_report as pv_report, p.pv_product as pv_product, s.pv_stratum as pv_stratum
  from pv_products p join pv_complete s on p.pv_report = s.pv_report
)
select 'known' as kind, '' as stratum, '' as product, '' as event, count(*) as reports from pv_known k
union all select 'scope', '', '', '', count(*) from pv_scope s
union all select 'with product', '', '', '', count(*) from pv_with_product s
union all select 'complete', '', '', '', count(*) from pv_complete s
union all select 'total', s.pv_stratum, '', '', count(*) from pv_complete s group by s.pv_stratum
union all select 'product', x.pv_stratum, x.pv_product, '', count(*) from pv_exposed x
group by x.pv_stratum, x.pv_product
union all select 'event', s.pv_stratum, '', e.pv_event, count(*)
from pv_events e join pv_complete s on e.pv_report = s.pv_report group by s.pv_stratum, e.pv_event
union all select 'pair', '', x.pv_product, e.pv_event, count(*)
from pv_exposed x join pv_events e on x.pv_report = e.pv_report group by x.pv_product, e.pv_event
