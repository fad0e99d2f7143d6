select 'known' as kind, '' as stratum, '' as product, '' as event, count(*) as reports from (
  select distinct t.`primaryid` as pv_report from `demo` t where t.`primaryid` is not null
) k
union all select 'scope', '', '', '', count(*) from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select t.`primaryid` as pv_report, min(concat(ifNull(nullIf(toString(t.`sex`), ''), '(missing)'), ' / ', ifNull(nullIf(toString(t.`region`), ''), '(missing)'))) as pv_stratum from `demo` t where t.`primaryid` is not null and t.`year` >= {p5:Int64} and t.`country` is not null and t.`country` not in ({p6:String}) and t.`deleted` is null group by t.`primaryid`
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`kind` in ({p7:String})) or s.pv_report in (select t.`primaryid` from `demo` t where t.`report_kind` in ({p8:String}))
) s
union all select 'with product', '', '', '', count(*) from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select t.`primaryid` as pv_report, min(concat(ifNull(nullIf(toString(t.`sex`), ''), '(missing)'), ' / ', ifNull(nullIf(toString(t.`region`), ''), '(missing)'))) as pv_stratum from `demo` t where t.`primaryid` is not null and t.`year` >= {p5:Int64} and t.`country` is not null and t.`country` not in ({p6:String}) and t.`deleted` is null group by t.`primaryid`
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`kind` in ({p7:String})) or s.pv_report in (select t.`primaryid` from `demo` t where t.`report_kind` in ({p8:String}))
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`primaryid` is not null and ifNull(toString(t.`drugname`), '') <> '' and t.`role_cod` in ({p1:String}, {p2:String}, {p3:String}) and t.`kind` in ({p4:String}))
) s
union all select 'complete', '', '', '', count(*) from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select t.`primaryid` as pv_report, min(concat(ifNull(nullIf(toString(t.`sex`), ''), '(missing)'), ' / ', ifNull(nullIf(toString(t.`region`), ''), '(missing)'))) as pv_stratum from `demo` t where t.`primaryid` is not null and t.`year` >= {p5:Int64} and t.`country` is not null and t.`country` not in ({p6:String}) and t.`deleted` is null group by t.`primaryid`
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`kind` in ({p7:String})) or s.pv_report in (select t.`primaryid` from `demo` t where t.`report_kind` in ({p8:String}))
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`primaryid` is not null and ifNull(toString(t.`drugname`), '') <> '' and t.`role_cod` in ({p1:String}, {p2:String}, {p3:String}) and t.`kind` in ({p4:String}))
) s where s.pv_report in (select t.`primaryid` from `reac` t where t.`primaryid` is not null and ifNull(toString(t.`pt`), '') <> '')
) s
union all select 'total', s.pv_stratum, '', '', count(*) from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select t.`primaryid` as pv_report, min(concat(ifNull(nullIf(toString(t.`sex`), ''), '(missing)'), ' / ', ifNull(nullIf(toString(t.`region`), ''), '(missing)'))) as pv_stratum from `demo` t where t.`primaryid` is not null and t.`year` >= {p5:Int64} and t.`country` is not null and t.`country` not in ({p6:String}) and t.`deleted` is null group by t.`primaryid`
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`kind` in ({p7:String})) or s.pv_report in (select t.`primaryid` from `demo` t where t.`report_kind` in ({p8:String}))
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`primaryid` is not null and ifNull(toString(t.`drugname`), '') <> '' and t.`role_cod` in ({p1:String}, {p2:String}, {p3:String}) and t.`kind` in ({p4:String}))
) s where s.pv_report in (select t.`primaryid` from `reac` t where t.`primaryid` is not null and ifNull(toString(t.`pt`), '') <> '')
) s group by s.pv_stratum
union all select 'product', x.pv_stratum, x.pv_product, '', count(*) from (
  select p.pv_report as pv_report, p.pv_product as pv_product, s.pv_stratum as pv_stratum
  from (
  select distinct t.`primaryid` as pv_report, ifNull(toString(t.`drugname`), '') as pv_product
  from `safety`.`drug` t where t.`primaryid` is not null and ifNull(toString(t.`drugname`), '') <> '' and t.`role_cod` in ({p1:String}, {p2:String}, {p3:String}) and t.`kind` in ({p4:String})
) p all inner join (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select t.`primaryid` as pv_report, min(concat(ifNull(nullIf(toString(t.`sex`), ''), '(missing)'), ' / ', ifNull(nullIf(toString(t.`region`), ''), '(missing)'))) as pv_stratum from `demo` t where t.`primaryid` is not null and t.`year` >= {p5:Int64} and t.`country` is not null and t.`country` not in ({p6:String}) and t.`deleted` is null group by t.`primaryid`
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`kind` in ({p7:String})) or s.pv_report in (select t.`primaryid` from `demo` t where t.`report_kind` in ({p8:String}))
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`primaryid` is not null and ifNull(toString(t.`drugname`), '') <> '' and t.`role_cod` in ({p1:String}, {p2:String}, {p3:String}) and t.`kind` in ({p4:String}))
) s where s.pv_report in (select t.`primaryid` from `reac` t where t.`primaryid` is not null and ifNull(toString(t.`pt`), '') <> '')
) s on p.pv_report = s.pv_report
) x
group by x.pv_stratum, x.pv_product
union all select 'event', s.pv_stratum, '', e.pv_event, count(*)
from (
  select distinct t.`primaryid` as pv_report, ifNull(toString(t.`pt`), '') as pv_event
  from `reac` t where t.`primaryid` is not null and ifNull(toString(t.`pt`), '') <> ''
) e all inner join (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select t.`primaryid` as pv_report, min(concat(ifNull(nullIf(toString(t.`sex`), ''), '(missing)'), ' / ', ifNull(nullIf(toString(t.`region`), ''), '(missing)'))) as pv_stratum from `demo` t where t.`primaryid` is not null and t.`year` >= {p5:Int64} and t.`country` is not null and t.`country` not in ({p6:String}) and t.`deleted` is null group by t.`primaryid`
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`kind` in ({p7:String})) or s.pv_report in (select t.`primaryid` from `demo` t where t.`report_kind` in ({p8:String}))
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`primaryid` is not null and ifNull(toString(t.`drugname`), '') <> '' and t.`role_cod` in ({p1:String}, {p2:String}, {p3:String}) and t.`kind` in ({p4:String}))
) s where s.pv_report in (select t.`primaryid` from `reac` t where t.`primaryid` is not null and ifNull(toString(t.`pt`), '') <> '')
) s on e.pv_report = s.pv_report group by s.pv_stratum, e.pv_event
union all select 'pair', '', x.pv_product, e.pv_event, count(*)
from (
  select p.pv_report as pv_report, p.pv_product as pv_product, s.pv_stratum as pv_stratum
  from (
  select distinct t.`primaryid` as pv_report, ifNull(toString(t.`drugname`), '') as pv_product
  from `safety`.`drug` t where t.`primaryid` is not null and ifNull(toString(t.`drugname`), '') <> '' and t.`role_cod` in ({p1:String}, {p2:String}, {p3:String}) and t.`kind` in ({p4:String})
) p all inner join (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select s.pv_report as pv_report, s.pv_stratum as pv_stratum from (
  select t.`primaryid` as pv_report, min(concat(ifNull(nullIf(toString(t.`sex`), ''), '(missing)'), ' / ', ifNull(nullIf(toString(t.`region`), ''), '(missing)'))) as pv_stratum from `demo` t where t.`primaryid` is not null and t.`year` >= {p5:Int64} and t.`country` is not null and t.`country` not in ({p6:String}) and t.`deleted` is null group by t.`primaryid`
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`kind` in ({p7:String})) or s.pv_report in (select t.`primaryid` from `demo` t where t.`report_kind` in ({p8:String}))
) s where s.pv_report in (select t.`primaryid` from `safety`.`drug` t where t.`primaryid` is not null and ifNull(toString(t.`drugname`), '') <> '' and t.`role_cod` in ({p1:String}, {p2:String}, {p3:String}) and t.`kind` in ({p4:String}))
) s where s.pv_report in (select t.`primaryid` from `reac` t where t.`primaryid` is not null and ifNull(toString(t.`pt`), '') <> '')
) s on p.pv_report = s.pv_report
) x all inner join (
  select distinct t.`primaryid` as pv_report, ifNull(toString(t.`pt`), '') as pv_event
  from `reac` t where t.`primaryid` is not null and ifNull(toString(t.`pt`), '') <> ''
) e on x.pv_report = e.pv_report group by x.pv_product, e.pv_event
