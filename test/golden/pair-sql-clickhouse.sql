with pv_products as (
  select distinct t.`primaryid` as pv_report, ifNull(toString(t.`drugname`), '') as pv_product from `safety`.`drug` t
  where t.`primaryid` is not null and ifNull(toString(t.`drugname`), '') <> '' and t.`role_cod` in ({p1:String}, {p2:String}, {p3:String}) and t.`kind` in ({p4:String})
), pv_events as (
  select distinct t.`primaryid` as pv_report, ifNull(toString(t.`pt`), '') as pv_event from `reac` t
  where t.`primaryid` is not null and ifNull(toString(t.`pt`), '') <> ''
), pv_known as (
  select distinct t.`primaryid` as pv_report from `demo` t where t.`primaryid` is not null
), pv_eligible as (
  select t.`primaryid` as pv_report, min(concat(ifNull(nullIf(toString(t.`sex`), ''), '(missing)'), ' / ', ifNull(nullIf(toString(t.`region`), ''), '(missing)'))) as pv_stratum from `demo` t where t.`primaryid` is not null and t.`year` >= {p5:Int64} and t.`country` not in ({p6:String}) and t.`deleted` is null group by t.`primaryid`
), pv_scope as (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from pv_eligible s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`kind` in ({p7:String})) or s.pv_report in (select t.`primaryid` from `demo` t where t.`report_kind` in ({p8:String}))
), pv_with_product as (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from pv_scope s where s.pv_report in (select p.pv_report from pv_products p)
), pv_complete as (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from pv_with_product s where s.pv_report in (select e.pv_report from pv_events e)
), pv_counted as (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from pv_complete s
)
select 'known' as kind, '' as stratum, '' as product, '' as event, count(*) as reports from pv_known
union all select 'scope', '', '', '', count(*) from pv_scope
union all select 'with product', '', '', '', count(*) from pv_with_product
union all select 'complete', '', '', '', count(*) from pv_complete
union all select 'total', s.pv_stratum, '', '', count(*) from pv_counted s group by s.pv_stratum
union all select 'product', s.pv_stratum, p.pv_product, '', count(*)
  from pv_products p join pv_counted s on p.pv_report = s.pv_report group by s.pv_stratum, p.pv_product
union all select 'event', s.pv_stratum, '', e.pv_event, count(*)
  from pv_events e join pv_counted s on e.pv_report = s.pv_report group by s.pv_stratum, e.pv_event
union all select 'pair', '', p.pv_product, e.pv_event, count(*)
  from pv_products p join pv_counted s on p.pv_report = s.pv_report join pv_events e on p.pv_report = e.pv_report
  group by p.pv_product, e.pv_event
