/**
 * pvsignal: pharmacovigilance signal detection. This entry runs anywhere, browsers included; files are read by `pvsignal/node`.
 *
 * @packageDocumentation
 */
export { ERROR_CODES, PvError, type PvErrorCode } from "./error.ts";

export { creditCheckCharacter, gs1CheckDigit } from "./report/check-digit.ts";
export { type DatePrecision, type PartialDate, isoDay, partialDay } from "./report/date.ts";
export { type DictionaryIssue } from "./report/dictionary-build.ts";
export {
  dictionaryDrift,
  type DictionaryDrift,
  type DriftEntry,
  type DriftKind,
  type DriftMove,
} from "./report/dictionary-drift.ts";
export {
  dictionaryLayouts,
  type DictionaryLayout,
  type PathLayout,
  type PathLevel,
  type TreeLayout,
} from "./report/dictionary-layouts.ts";
export {
  createTermLists,
  type ListScope,
  type TermList,
  type TermListColumns,
  type TermListOptions,
  type TermLists,
} from "./report/dictionary-lists.ts";
export { dictionaryRows, type DictionaryRow, type DictionaryTextOptions } from "./report/dictionary-rows.ts";
export {
  createDictionary,
  Dictionary,
  type DictionaryOptions,
  type DictionaryPaths,
  type DictionaryTerm,
} from "./report/dictionary.ts";
export { DIVISION_LEVELS, type Division, type DivisionLevel, type DivisionRow } from "./report/division-rows.ts";
export {
  createDivisions,
  type DivisionMatch,
  type DivisionOptions,
  type DivisionPlace,
  type Divisions,
  type PlacedDivision,
  type ResolveOptions,
} from "./report/division.ts";
export {
  parseApprovalNumber,
  type ApprovalNumber,
  type DomesticApproval,
  type DrugNumberClass,
  type HospitalPreparation,
  type ImportCertificate,
  type NumberOrigin,
} from "./report/identifier-approval.ts";
export {
  parseCosmeticClass,
  type CosmeticClass,
  type CosmeticClassOptions,
  type CosmeticClassResult,
} from "./report/identifier-cosmetic-class.ts";
export {
  parseCosmeticNumber,
  type CosmeticNumber,
  type OrdinaryCosmetic,
  type SpecialCosmetic,
} from "./report/identifier-cosmetic.ts";
export { parseIdentifier, type Identifier } from "./report/identifier-detect.ts";
export {
  parseDeviceNumber,
  type DeviceCatalogue,
  type DeviceFiling,
  type DeviceIssuer,
  type DeviceNumber,
  type DeviceRegistration,
  type FormerDeviceRegistration,
} from "./report/identifier-device.ts";
export {
  parseNationalDrugCode,
  parseTraceCode,
  type DrugTraceCode,
  type NationalDrugCode,
  type TraceCode,
} from "./report/identifier-drug-code.ts";
export { parseGs1, type Gs1Element, type Gs1Options, type Gs1Udi } from "./report/identifier-gs1.ts";
export { parseCreditCode, type CreditCode } from "./report/identifier-organisation.ts";
export { provinceOf, PROVINCES, type Province } from "./report/identifier-province.ts";
export {
  IDENTIFIER_FAULTS,
  IDENTIFIER_WARNINGS,
  identifierCodeText,
  type IdentifierFault,
  type IdentifierWarning,
  type UnreadIdentifier,
} from "./report/identifier-text.ts";
export { parseUdi, type AhmUdi, type MaUdi, type Udi } from "./report/identifier-udi.ts";
export {
  ISSUE_CODES,
  ISSUE_EFFECTS,
  issueCodeText,
  issueEffectText,
  issueText,
  type Issue,
  type IssueCode,
  type IssueEffect,
  type Locale,
} from "./report/issue.ts";
export { lotFault, lotSequence, neighbourLots, normaliseLot, type LotFault } from "./report/lot.ts";
export { CHINESE_DOSE_FORMS } from "./report/product-name-forms.ts";
export {
  productNames,
  type ProductName,
  type ProductNameOptions,
  type ProductNormaliser,
} from "./report/product-name.ts";
export {
  ANSWERS,
  CAUSALITIES,
  DOMAINS,
  OUTCOMES,
  REPORT_KINDS,
  ROLES,
  SERIOUSNESS,
  SEXES,
  UNIT_KINDS,
  type Answer,
  type Causality,
  type Domain,
  type Outcome,
  type Patient,
  type Report,
  type ReportEvent,
  type ReportKind,
  type ReportProduct,
  type Role,
  type Seriousness,
  type Sex,
  type UnitKind,
} from "./report/report.ts";
export { parseReport, reportJsonSchema, reportSchema } from "./report/schema.ts";
export { type ReadProgress, type ReportBatch, type ReportSource } from "./report/source.ts";
export { type NearTerm } from "./report/terminology-nearest.ts";
export { terminologyOf, termKey, type Terminology } from "./report/terminology.ts";
export { type NumberStatus, type Wording } from "./report/wording.ts";

export { readAefiCode, type AefiCode } from "./ingest/aefi.ts";
export { detectLayout, LAYOUTS, type DetectedLayout, type LayoutName } from "./ingest/layout.ts";
export { type SheetCell, type SheetRows } from "./ingest/sheet.ts";

export {
  type EventKey,
  type KeyFunction,
  type ProductKey,
  type ProductLevel,
  type ReportGroups,
} from "./count/axis.ts";
export { buildTable } from "./count/build.ts";
export { cellReportIds, cellRows, type Cell } from "./count/cell-reports.ts";
export { countPairs, type CountOptions } from "./count/count.ts";
export { exportCounts, importCounts, type CountsFile, type ExportOptions, type FileMargins } from "./count/exchange.ts";
export { expectedCount, type FourfoldColumns, type FourfoldTable } from "./count/fourfold.ts";
export { countsFromRows, type CountRow } from "./count/from-rows.ts";
export { type InteractionColumns, type InteractionTable } from "./count/interaction-table.ts";
export { loadReports, type IssueCount, type LoadOptions, type Reconciliation } from "./count/load.ts";
export { mergeCounts } from "./count/merge.ts";
export { addToCounts, type CountChange } from "./count/pair-delta.ts";
export { SQL_DIALECTS, type SqlDialect, type SqlValue } from "./count/pair-sql-dialect.ts";
export { countsFromSql, type PairSqlColumns, type PairSqlRow } from "./count/pair-sql-rows.ts";
export { pairCountSql, type PairSql, type PairSqlOptions, type SqlCondition, type SqlTable } from "./count/pair-sql.ts";
export {
  countStore,
  pairStore,
  PairStore,
  pairStoreOf,
  type IdColumn,
  type IdColumnOptions,
  type IdColumns,
} from "./count/pair-store.ts";
export {
  PairCounts,
  type CountEcho,
  type CountExclusions,
  type PairRow,
  type PairBounds,
  type SparseMargins,
  type StrataMargins,
  type SuppressionEcho,
} from "./count/pairs.ts";
export { type CountWorker } from "./count/parallel-crew.ts";
export { countPairsWith, type WorkerCountOptions } from "./count/parallel.ts";
export { gatherRows, pickRows, type GatheredRows, type PickedRows } from "./count/pick.ts";
export { MISSING_STRATUM, type StrataKey, type StratumField } from "./count/strata.ts";
export { ReportTable, type CodedColumn, type DateColumn, type TableColumns } from "./count/table.ts";
export {
  eventLevel,
  type EventLevel,
  type EventLevelOptions,
  type Resolution,
  type UnmappedReason,
  type UnmappedRule,
} from "./count/terminology-level.ts";
export {
  mapTerms,
  termEvents,
  type MappedTerm,
  type MapTermsOptions,
  type TermMapping,
  type UnmappedTerm,
} from "./count/terminology-map.ts";
export {
  mapProducts,
  productKey,
  productLevel,
  type ProductLevelOptions,
  type ProductMapping,
  type UnmappedProduct,
} from "./count/terminology-products.ts";
export { type TerminologyEcho, type TerminologyRule } from "./count/terminology-scope.ts";
export { countTriples, tripleTable, type TripleCounts, type TripleOptions, type TripleRow } from "./count/triples.ts";
export { type EventView, type ProductView, type ReportView } from "./count/view.ts";

export { criterionText, type Comparison, type Criterion, type Expression } from "./rule/criterion.ts";
export { parseCriterion } from "./rule/parse.ts";

export { additiveInteraction, type AdditiveInteraction } from "./signal/additive-interaction.ts";
export { bate1998, bate1998Columns, type Bate1998 } from "./signal/bate1998.ts";
export {
  beforeAfter,
  type BeforeAfter,
  type BeforeAfterOptions,
  type DayWindow,
  type PeriodCount,
} from "./signal/before-after.ts";
export { chiSquare, chiSquareColumns, type ChiSquare } from "./signal/chi-square.ts";
export { compareMembers, type ClassComparison, type MemberOptions, type MemberRow } from "./signal/class-comparison.ts";
export { combinationRiskRatio, type CombinationRiskRatio } from "./signal/combination-risk-ratio.ts";
export { conditionalRatio } from "./signal/conditional-ratio.ts";
export { ebgmColumns, type EbgmColumns } from "./signal/ebgm-columns.ts";
export { ebgm, ebProbabilityBelow, type Ebgm, type GpsPrior } from "./signal/ebgm.ts";
export { explain, type ComparisonResult, type Explanation, type RuleExplanation } from "./signal/explain.ts";
export { adjustP, posteriorFdr, type AdjustedP, type AdjustMethod, type PosteriorFdr } from "./signal/fdr.ts";
export { fisher, fisherColumns } from "./signal/fisher.ts";
export { funnel, type Funnel, type FunnelRow } from "./signal/funnel.ts";
export { gould2003, gould2003Columns, type Gould2003 } from "./signal/gould2003.ts";
export { fitGps, type FitGpsOptions, type GpsFit, type GpsOptimum } from "./signal/gps-fit.ts";
export { type GpsLikelihood } from "./signal/gps-likelihood.ts";
export { heterogeneity, type Heterogeneity } from "./signal/heterogeneity.ts";
export { holm } from "./signal/holm.ts";
export { icApproximate, icApproximateColumns } from "./signal/ic-approximate.ts";
export { ic, icColumns, type InformationComponent } from "./signal/ic.ts";
export { kolmogorovSmirnov, type KolmogorovSmirnov } from "./signal/kolmogorov-smirnov.ts";
export {
  literatureBateGamma4,
  literatureBateGamma4Columns,
  literatureChiSquare,
  literatureChiSquareColumns,
  literatureIcExponential,
  literatureIcExponentialColumns,
  literatureMgps,
  literatureMgpsColumns,
  literaturePrrInterval,
  literaturePrrIntervalColumns,
  type LiteratureBateGamma4,
  type LiteraturePrrVariant,
} from "./signal/literature.ts";
export { chiSquareLogP, chiSquareLogPColumns, fisherLog, fisherLogColumns, type FisherLog } from "./signal/log-p.ts";
export { fixedMarginMaximumP, lrtMaximumTest, type LrtMaximumOptions, type LrtMaximumTest } from "./signal/lrt-null.ts";
export { zeroInflation, type ZeroInflation } from "./signal/lrt-zip.ts";
export { lrt, lrtColumns, type LrtForm } from "./signal/lrt.ts";
export {
  mantelHaenszel,
  type BreslowDay,
  type CochranMantelHaenszel,
  type MantelHaenszel,
} from "./signal/mantel-haenszel.ts";
export { findMasked, type MaskedPair, type MaskingSearch, type MaskingSearchOptions } from "./signal/masking-search.ts";
export { maskingText } from "./signal/masking-text.ts";
export { masking, type Masker, type Masking, type MaskingOptions } from "./signal/masking.ts";
export { CRITERION_COLUMNS, type MeasureName } from "./signal/measures.ts";
export {
  multiplicativeInteraction,
  type InteractionScale,
  type MultiplicativeInteraction,
} from "./signal/multiplicative-interaction.ts";
export { icNoren2006, icNoren2006Columns, type IcNoren2006 } from "./signal/noren2006.ts";
export { omega, omegaColumns, type Omega } from "./signal/omega.ts";
export {
  ONSET_EXCLUSION_WORDING,
  onsetDays,
  type OnsetComparison,
  type OnsetDays,
  type OnsetExclusions,
  type OnsetOptions,
} from "./signal/onset-days.ts";
export { ONSET_BINS, onsetHistogram, type OnsetBin } from "./signal/onset-histogram.ts";
export { poissonP, poissonPColumns, type PoissonP } from "./signal/poisson-p.ts";
export { allOf, anyOf, presets, type DecisionRule, type ThresholdStatus } from "./signal/presets.ts";
export { prr, prrColumns } from "./signal/prr.ts";
export { rateRatio, type Exposure, type RateRatio, type RateRatioLimits } from "./signal/rate-ratio.ts";
export { type RatioColumns, type RatioInterval } from "./signal/ratio.ts";
export { reportMonths, type ReportMonths } from "./signal/report-months.ts";
export { reportingRate } from "./signal/reporting-rate.ts";
export {
  compareRates,
  RATE_PROBLEM_WORDING,
  reportingRates,
  type DenominatorRow,
  type RateComparison,
  type RateKey,
  type RateProblems,
  type RateRow,
  type ReportingRates,
  type ReportRow,
} from "./signal/reporting-rates.ts";
export {
  type CaseName,
  type GroupName,
  type LeaveOutKind,
  type RobustnessOptions,
  type SuspectedGroup,
} from "./signal/robustness-groups.ts";
export { robustnessText } from "./signal/robustness-text.ts";
export {
  robustness,
  type LeaveOut,
  type PairCells,
  type Robustness,
  type RuleRobustness,
} from "./signal/robustness.ts";
export { ror, rorColumns } from "./signal/ror.ts";
export { rrr, rrrColumns } from "./signal/rrr.ts";
export { type FdrBasis, type FdrOptions, type FdrSummary } from "./signal/screen-fdr.ts";
export {
  screenInteractions,
  type InteractionRow,
  type InteractionRowsOptions,
  type InteractionScreening,
} from "./signal/screen-interactions.ts";
export {
  screen,
  type RowsOptions,
  type RuleResult,
  type ScreenOptions,
  Screening,
  type ScreenRow,
} from "./signal/screen.ts";
export {
  segmentedSeries,
  type SegmentedEffect,
  type SegmentedOptions,
  type SegmentedSeries,
} from "./signal/segmented.ts";
export {
  mantelHaenszelColumns,
  stratifiedTables,
  type MantelHaenszelColumns,
  type StratumTable,
} from "./signal/stratified-tables.ts";
export { subgroupDifference, type SubgroupDifference } from "./signal/subgroup-difference.ts";
export { compareSubgroups, type SubgroupComparison, type SubgroupRow } from "./signal/subgroups.ts";
export {
  HAZARD_WORDING,
  timeToOnset,
  type OnsetSummary,
  type TimeToOnset,
  type TimeToOnsetOptions,
} from "./signal/time-to-onset.ts";
export { fitWeibull, type HazardPattern, type WeibullFit, type WeibullOptions } from "./signal/weibull.ts";
export { yuleQ, yuleQColumns } from "./signal/yule.ts";

export { type AlertExclusions, type AlertScopeOptions } from "./cluster/alert-scope.ts";
export { type AlertScope, type AlertWindow, type Clock, type ClusterAlert, type LegalClock } from "./cluster/alert.ts";
export {
  budgetAlerts,
  type BudgetedAlerts,
  type BudgetOptions,
  type DetectorBudget,
  type DetectorShare,
} from "./cluster/budget.ts";
export {
  DAY_TYPES,
  dayTypes,
  holidayPoints,
  withDayTypeLevels,
  type DayTypeOptions,
  type Holiday,
  type HolidayCalendar,
} from "./cluster/calendar.ts";
export { groupEvent, type GroupEvent, type GroupEventOptions, type Tallied } from "./cluster/group-event.ts";
export {
  alertStateWording,
  mergeAlerts,
  type AlertDay,
  type AlertLedger,
  type AlertState,
  type MergeOptions,
  type TrackedAlert,
} from "./cluster/lifecycle.ts";
export { findLotClusters, lotAlertsPerYear, lotDetector, type LotClusters, type LotOptions } from "./cluster/lots.ts";
export {
  nowcast,
  type DelayDistribution,
  type LineList,
  type Nowcast,
  type NowcastDay,
  type NowcastOptions,
} from "./cluster/nowcast.ts";
export { legalClocks } from "./cluster/profiles-clocks.ts";
export { profiles } from "./cluster/profiles.ts";
export { deadlines, dueFrom, type Deadline } from "./cluster/rule-deadlines.ts";
export {
  gradeIncident,
  incidentCounts,
  incidentLevels,
  type IncidentCounts,
  type IncidentGrade,
  type IncidentLevel,
  type IncidentThreshold,
} from "./cluster/rule-incident.ts";
export { SAME_DRUG, type ProductPart, type RuleProductKey } from "./cluster/rule-product.ts";
export { PREDICATE_COLUMNS, type RuleProfile, type SourcedNumber } from "./cluster/rule-profile.ts";
export { findRuleClusters, type RuleClusterOptions, type RuleClusters } from "./cluster/rules.ts";
export {
  cusumDesign,
  cusumRunLength,
  ewmaDesign,
  ewmaRunLength,
  type CusumDesign,
  type DesignTarget,
  type EwmaDesign,
} from "./cluster/run-length.ts";
export { type PlaceExclusions, type PlaceOptions } from "./cluster/scan-alert-places.ts";
export { type PlaceClusterOptions } from "./cluster/scan-alert-products.ts";
export { findPlaceClusters, type PlaceClusters } from "./cluster/scan-alerts.ts";
export { type ScanColumns, type ScanExclusions } from "./cluster/scan-data.ts";
export { type ScanPlaces } from "./cluster/scan-geography.ts";
export { gumbelP, maximaMoments, type MaximaMoments } from "./cluster/scan-gumbel.ts";
export { simulateScanMaxima, type StopRequest } from "./cluster/scan-monte-carlo.ts";
export {
  type ScanAnalysis,
  type ScanEcho,
  type ScanEllipses,
  type ScanModel,
  type ScanOptions,
} from "./cluster/scan-options.ts";
export { prepareSpaceTimeScan, type ScanCases, type SpaceTimePlan } from "./cluster/scan-plan.ts";
export { type ScanExpected, type ScanPopulation } from "./cluster/scan-population.ts";
export { recurrenceSteps } from "./cluster/scan-recurrence.ts";
export {
  scanSpaceTime,
  spaceTimeScanResult,
  type ScanCluster,
  type ScanNull,
  type SpaceTimeScan,
} from "./cluster/scan-space-time.ts";
export { bernoulliScanLlr, poissonScanLlr } from "./cluster/scan-statistic.ts";
export { type SeriesAlertOptions, type SeriesDetectorChoice } from "./cluster/series-alert-frame.ts";
export { SERIES_PARTS, type SeriesPart, type SeriesTableOptions } from "./cluster/series-alert-table.ts";
export { findSeriesAlerts, type SeriesAlerts } from "./cluster/series-alerts.ts";
export { type BayesOptions } from "./cluster/series-bayes.ts";
export { changePoints, type ChangePointsOptions, type SeriesSegment } from "./cluster/series-change-point.ts";
export { CUSUM_TRANSFORMS, type CusumOptions, type CusumTransform } from "./cluster/series-cusum.ts";
export { detectors } from "./cluster/series-detectors.ts";
export { type EarsC3Options, type EarsOptions } from "./cluster/series-ears.ts";
export { type FarringtonMethod, type FarringtonPower } from "./cluster/series-farrington-bound.ts";
export { farringtonSteps, type FarringtonModel, type FarringtonSteps } from "./cluster/series-farrington-steps.ts";
export { type FarringtonFlexibleOptions, type FarringtonOptions } from "./cluster/series-farrington.ts";
export { type GlrOptions, type NbGlrOptions } from "./cluster/series-glr.ts";
export {
  POINT_STATES,
  type PointState,
  type SeriesColumns,
  type SeriesDetector,
  type SeriesFrame,
  type SeriesKernel,
} from "./cluster/series-kernel.ts";
export {
  monitorSeries,
  monitorSeriesBatch,
  type MonitorOptions,
  type SeriesBatch,
  type SeriesBatchMonitoring,
  type SeriesMonitoring,
  type SeriesPoint,
} from "./cluster/series-monitor.ts";
export { type OutbreakPOptions } from "./cluster/series-outbreak-p.ts";
export { type ChartSpread, type EwmaOptions, type ShewhartOptions } from "./cluster/series-shewhart.ts";
export { type ChangePointOptions, type TemporalScanOptions } from "./cluster/series-temporal-scan.ts";
export {
  countSeries,
  dailySeries,
  seriesOf,
  weeklySeries,
  type CountedSeries,
  type CountSeries,
  type SeriesInput,
  type SeriesSpan,
} from "./cluster/series.ts";
export { sprtAlert, type SprtAlertOptions } from "./cluster/sprt-alerts.ts";
export {
  binomialSprtLlr,
  maxSprtBinomial,
  type MaxSprtBinomial,
  type MaxSprtBinomialDesign,
} from "./cluster/sprt-binomial.ts";
export {
  conditionalMaxSprt,
  conditionalSprtLlr,
  type ConditionalMaxSprt,
  type ConditionalMaxSprtDesign,
} from "./cluster/sprt-conditional.ts";
export { sprtPerformance, type MaxSprtDesign, type SprtPerformance } from "./cluster/sprt-performance.ts";
export {
  maxSprtPoisson,
  poissonSprtLlr,
  type MaxSprtPoisson,
  type MaxSprtPoissonDesign,
  type PoissonBoundaryPoint,
} from "./cluster/sprt-poisson.ts";
export { type HistoryEnd } from "./cluster/sprt-recursion.ts";
export {
  createMaxSprt,
  MaxSprt,
  resumeMaxSprt,
  type MaxSprtState,
  type SprtIncrement,
  type SprtLook,
  type SprtStatus,
} from "./cluster/sprt-test.ts";
export { type TreeNodeOptions, type UserTree } from "./cluster/tree-alert-nodes.ts";
export { findTreeAlerts, type TreeAlertOptions, type TreeAlerts } from "./cluster/tree-alerts.ts";
export { type ControlRow, type ExpectedRow, type PersonRow, type TimedRow } from "./cluster/tree-counts.ts";
export { type TreeRow } from "./cluster/tree-hierarchy.ts";
export {
  prepareTreeScan,
  TREE_MODELS,
  type TreeCounts,
  type TreeModel,
  type TreeScanEcho,
  type TreeScanOptions,
  type TreeScanPlan,
} from "./cluster/tree-plan.ts";
export { scanTree, treeScanResult, type TreeCut, type TreeScan, type TreeScanNull } from "./cluster/tree-scan.ts";
export { simulateTreeMaxima } from "./cluster/tree-simulate.ts";
export { type TreeWindows, type WindowLimits } from "./cluster/tree-windows.ts";
export { isoWeekOf, isoWeekStart, type SeriesStep } from "./cluster/weeks.ts";

export { ageBand, ageBands, ageBandStarts, type AgeBand } from "./quality/age-bands.ts";
export {
  applyDuplicates,
  type ConfirmedDuplicate,
  type DuplicateApplication,
  type LeftOut,
} from "./quality/apply-duplicates.ts";
export { checkReport, checkReports, type Finding, type FindingSummary } from "./quality/check-report.ts";
export { logicChecks, type LogicCheck } from "./quality/checks.ts";
export { completenessSummary, type CompletenessRow } from "./quality/completeness.ts";
export { countyCoverage, sentinelCoverage, type CountyCoverage, type SentinelCoverage } from "./quality/coverage.ts";
export { dateArtefacts, type DateArtefacts, type DatePeak } from "./quality/date-artefacts.ts";
export { deviceForm2019 } from "./quality/device-form.ts";
export { type DivisionList, type Period, type QualityLevel } from "./quality/division-list.ts";
export { blockings, type Blocking, type BlockingTally } from "./quality/duplicate-blocks.ts";
export { type ReportKey } from "./quality/duplicate-columns.ts";
export { duplicateFields, type DuplicateField } from "./quality/duplicate-fields.ts";
export { type DuplicateGroup, type PairKind } from "./quality/duplicate-groups.ts";
export { type FieldWeight } from "./quality/duplicate-score.ts";
export { findDuplicates, type DuplicateOptions, type DuplicatePair, type Duplicates } from "./quality/duplicates.ts";
export { estimateRates, type EstimatedRates } from "./quality/estimate-rates.ts";
export { exactKeyOf, exactKeys, type ExactKey, type ExactPart } from "./quality/exact-keys.ts";
export {
  expertSample,
  SAMPLE_STRATA,
  type ExpertSample,
  type SampledReport,
  type SampleSize,
  type SampleStratum,
} from "./quality/expert-sample.ts";
export {
  defineForm,
  scoreForm,
  type FormCheck,
  type FormItem,
  type FormMarks,
  type FormScore,
  type ItemMarks,
  type LengthStep,
} from "./quality/form-score.ts";
export { type Grouping } from "./quality/grouping.ts";
export {
  deviationWeight,
  hitWeight,
  missFactor,
  missWeight,
  type DeviationRates,
  type MissRates,
} from "./quality/hit-miss.ts";
export {
  indicators,
  type IndicatorOptions,
  type IndicatorRow,
  type Indicators,
  type Population,
} from "./quality/indicators.ts";
export { wilsonShare, type Share } from "./quality/limits.ts";
export {
  funnelFlag,
  perMillion,
  unionShare,
  type FunnelFlag,
  type PopulationRate,
  type UnionShare,
} from "./quality/rates.ts";
export { silentGroups, type Silence, type SilentGroup } from "./quality/silence.ts";
export { timelinessProfiles, type ReportClock, type TimelinessProfile, type TimeLimit } from "./quality/time-limits.ts";
export {
  timeliness,
  timelinessSummary,
  type Timeliness,
  type TimelinessRow,
  type TimelinessSummary,
} from "./quality/timeliness.ts";
export { unitSheets, type UnitSheet } from "./quality/unit-sheets.ts";
export { fourElements, validShares, type FourElements, type ValidShare } from "./quality/validity.ts";
export {
  COMPLETENESS_DIMENSIONS,
  vigiGrade,
  vigiGradeWeights,
  type Completeness,
  type CompletenessDimension,
  type PairCompleteness,
  type VigiGradeOptions,
  type VigiGradeWeights,
} from "./quality/vigigrade.ts";
export { yearChange, type YearChange } from "./quality/year-change.ts";

export { dueDay, overdueItems, type OverdueItem } from "./monitor/decision-due.ts";
export {
  foldDecisions,
  recall,
  type CandidateMemory,
  type DecisionIssue,
  type DecisionMemory,
} from "./monitor/decision-fold.ts";
export { decide, decideAll, logHead, verifyLog, type LogCheck, type LogFault } from "./monitor/decision-log.ts";
export {
  detections,
  REOPENING_COLUMNS,
  reopeningRule,
  reopeningRules,
  reopenings,
  type ReopeningRule,
  type Reopenings,
  type ReviewRun,
} from "./monitor/decision-reopen.ts";
export { decisionEntryJsonSchema, decisionEntrySchema, parseDecisionLog } from "./monitor/decision-schema.ts";
export {
  decisionIssueWording,
  decisionStateWording,
  decisionText,
  overdueText,
  subjectText,
  triggerText,
} from "./monitor/decision-wording.ts";
export {
  candidateKey,
  candidateSubject,
  DECISION_STATES,
  decisionTransitions,
  momentOf,
  type CandidateSubject,
  type Decision,
  type DecisionEntry,
  type DecisionLog,
  type DecisionState,
  type EvidenceSnapshot,
  type ReopeningTrigger,
} from "./monitor/decision.ts";
export { type AlertCause, type AlertChange, type AlertNumbers } from "./monitor/diff-alerts.ts";
export { DIFF_CAUSES, type DiffCause, type DiffScore } from "./monitor/diff-score.ts";
export { diffCauseWording, type DiffKind, diffKindWording } from "./monitor/diff-text.ts";
export {
  type ChangeCounts,
  type DiffOptions,
  diffRuns,
  type DiffStep,
  type PairNumbers,
  type RunDiff,
  type RunWithInputs,
  type ScreeningDiff,
  type SdrChange,
} from "./monitor/diff.ts";
export { rescorePairs, type RescoredPairs, type RescoreOptions } from "./monitor/incremental-scores.ts";
export { IncrementalCounts, type ChangedPairs } from "./monitor/incremental.ts";
export { type AlertLabels } from "./monitor/joint-links.ts";
export {
  JOINT_LINKS,
  jointCandidates,
  type JointCandidate,
  type JointLevel,
  type JointLink,
  type JointOptions,
  type JointSource,
} from "./monitor/joint.ts";
export {
  type FunctionEcho,
  type FunctionLabel,
  type Json,
  namedFunction,
  type VocabularyEcho,
} from "./monitor/manifest-options.ts";
export { inputDigest, type InputDigest, type InputPart } from "./monitor/manifest-reports.ts";
export {
  type ManifestDifference,
  type ManifestPart,
  type Verification,
  type VerifyInputs,
  verifyRun,
} from "./monitor/manifest-verify.ts";
export { LIBRARY_VERSION } from "./monitor/manifest-version.ts";
export { type RunManifest } from "./monitor/manifest.ts";
export { restoreMonitor, type RestoreMonitorOptions } from "./monitor/monitor-restore.ts";
export { type Review, type ReviewLevel, type ReviewPlan } from "./monitor/monitor-review.ts";
export {
  createMonitor,
  MemoryKeeper,
  Monitor,
  monitorCounts,
  type MonitorConfig,
  type MonitorKeeper,
  type MonitorRun,
  type MonitorRunOptions,
  type TouchedScore,
} from "./monitor/monitor.ts";
export {
  jointRate,
  lookThreshold,
  screeningRate,
  type EvidenceBudget,
  type JointRate,
} from "./monitor/multiplicity-budget.ts";
export { combineP, harmonicFactor, type CombinedP, type CombineMethod } from "./monitor/multiplicity.ts";
export { chooseByCapacity, type CapacityOptions, type Workload } from "./monitor/priority-capacity.ts";
export {
  idRows,
  pairRows,
  priorityFacts,
  type FactOptions,
  type FactSubject,
  type PriorityFacts,
} from "./monitor/priority-facts.ts";
export {
  priorityModels,
  type PriorityComponent,
  type PriorityMeasure,
  type PriorityModel,
  type PriorityTransform,
} from "./monitor/priority-models.ts";
export { evidenceSnapshot, factSubjects, type SubjectOptions } from "./monitor/priority-subjects.ts";
export { jointLinkWording, jointText, rankText, workloadText } from "./monitor/priority-wording.ts";
export {
  calibrateYield,
  expectedYield,
  type ExpectedYield,
  type YieldBand,
  type YieldCalibration,
} from "./monitor/priority-yield.ts";
export { rankCandidates, type Priority, type PriorityContribution } from "./monitor/priority.ts";
export { type ReportsAsOf, tableAsOf, type UndatedRule } from "./monitor/run-as-of.ts";
export { type DetectorLimit, type DetectorPlan, type RunConfig, type ScreeningPlan } from "./monitor/run-config.ts";
export { type DetectorRun } from "./monitor/run-detectors.ts";
export { monthEnds, type ReplayedRun, type ReplayOptions, replayRuns } from "./monitor/run-replay.ts";
export {
  type BudgetRun,
  type Run,
  type RunOptions,
  type RunResults,
  runSurveillance,
  type ScreeningRun,
} from "./monitor/run.ts";
export { type ByteChunks } from "./monitor/snapshot-bytes.ts";
export { type SnapshotDamage } from "./monitor/snapshot-container.ts";
export { type ByteDigest } from "./monitor/snapshot-digest.ts";
export { type AppendFile, type Recovery, type StoreFiles } from "./monitor/snapshot-folder.ts";
export { type SnapshotMigrations } from "./monitor/snapshot-migrate.ts";
export { openStoreFiles, type MonitorStore, type StoreOptions } from "./monitor/snapshot-store.ts";
export {
  readSnapshot,
  writeSnapshot,
  type MonitorMemory,
  type RestoreOptions,
  type SnapshotOptions,
} from "./monitor/snapshot.ts";
export {
  AppliedChanges,
  CHANGE_KINDS,
  IGNORED_REASONS,
  TouchedPairs,
  type ChangeKind,
  type IgnoredReason,
  type Refusal,
  type RefusalReason,
  type ReportChange,
  type ReportChanges,
} from "./monitor/state-changes.ts";
export { REPORT_DECISIONS, type ReportDecision } from "./monitor/state-decisions.ts";
export { type StateSection } from "./monitor/state-sections.ts";
export { type ReportStanding } from "./monitor/state-standing.ts";
export { ReportState, type ReportHistory, type ReportStateOptions } from "./monitor/state.ts";

export { chronographChart, type ChronographOptions, type ChronographPoint } from "./present/chart-chronograph.ts";
export { type ClassBreaks } from "./present/chart-classes.ts";
export { CHART_COLOURS, type ChartColours } from "./present/chart-colour.ts";
export { controlChart, type ControlPoint } from "./present/chart-control.ts";
export { epidemicChart, epidemicPoints, type EpidemicPoint } from "./present/chart-epidemic.ts";
export { forestChart, type ForestOptions } from "./present/chart-forest.ts";
export { funnelChart } from "./present/chart-funnel.ts";
export { heatMapChart, type HeatCell, type HeatMapOptions } from "./present/chart-heat-map.ts";
export { lotChart, type LotLine } from "./present/chart-lots.ts";
export { svgFile, type Chart, type ChartRow } from "./present/chart-make.ts";
export { chartNumber } from "./present/chart-number.ts";
export { onsetChart } from "./present/chart-onset.ts";
export {
  provinceChart,
  PROVINCE_TILES,
  type ProvinceOptions,
  type ProvinceTile,
  type ProvinceValue,
} from "./present/chart-province.ts";
export {
  jsonRow,
  type JsonRow,
  type VegaLiteChannel,
  type VegaLiteLayer,
  type VegaLiteMark,
  type VegaLiteSpec,
  type VegaLiteType,
  type VegaLiteView,
} from "./present/chart-spec.ts";
export {
  icChart,
  volcanoChart,
  type IcPoint,
  type ScatterOptions,
  type VolcanoPoint,
} from "./present/chart-volcano.ts";
export { countChart, forestPlot, type CountBar, type ForestRow } from "./present/chart.ts";
export { toColumns, type PlainRow, type ResultColumn, type ResultColumns } from "./present/columns.ts";
export { csvCell, type CsvValue } from "./present/csv-cell.ts";
export { documentHtml } from "./present/document-html.ts";
export { documentMarkdown } from "./present/document-markdown.ts";
export { documentRows, type DocumentRow } from "./present/document-rows.ts";
export {
  type DocumentCell,
  type DocumentChart,
  type DocumentSection,
  type DocumentTable,
  type PaperDocument,
} from "./present/document.ts";
export {
  recountFigures,
  tracedIds,
  reviewSource,
  periodicSource,
  figuresOf,
  type FigureCheck,
  type FigureSource,
  type WrongFigure,
} from "./present/figure-recount.ts";
export {
  figureText,
  PERIODIC_AXES,
  type Figure,
  type FigureStyle,
  type PeriodicAxis,
  type ReportSelection,
  type Trace,
} from "./present/figure.ts";
export { both, escapeHtml, html, htmlPage, htmlTable, type Html, type TableColumn } from "./present/html.ts";
export { lineList, UnitCodes, type LineListRow, type UnitDisplay } from "./present/line-list.ts";
export {
  type PeriodBase,
  type PeriodChange,
  type PeriodCounts,
  type PeriodRow,
  type Periods,
} from "./present/periodic-counts.ts";
export { periodicDocument, tabulationsDocument, type PeriodicWordsOptions } from "./present/periodic-document.ts";
export { LEAD_SCORES, type NewAlert, type NewSdr, type PeriodicNews } from "./present/periodic-news.ts";
export {
  baseMissingWording,
  PERIOD_KINDS,
  periodBefore,
  periodLastYear,
  reportPeriod,
  type BaseMissing,
  type PeriodChoice,
  type PeriodKind,
  type ReportPeriod,
} from "./present/periodic-period.ts";
export {
  type FormRow,
  type QualityBlock,
  type QualityOptions,
  type TimelinessBlock,
} from "./present/periodic-quality.ts";
export { type ReadingOptions } from "./present/periodic-reader.ts";
export {
  periodicTables,
  type TabulationCells,
  type TabulationRow,
  type Tabulations,
} from "./present/periodic-tables.ts";
export {
  indicatorTargets,
  type IndicatorBlock,
  type IndicatorTarget,
  type TargetRow,
} from "./present/periodic-targets.ts";
export { periodicReport, type PeriodicOptions, type PeriodicReport } from "./present/periodic.ts";
export { maskPersonal } from "./present/personal.ts";
export { itemRegister, type RegisterOptions, type RegisterRow } from "./present/register.ts";
export { type GonePair, type PacketNews } from "./present/review-candidates.ts";
export { recordPacketDecisions, type PacketDecision } from "./present/review-decisions.ts";
export { packetDocument } from "./present/review-document.ts";
export { type AlertEvidence, type PairEvidence } from "./present/review-evidence.ts";
export {
  reviewPacket,
  type PacketDeadline,
  type PacketItem,
  type ReviewOptions,
  type ReviewPacket,
} from "./present/review.ts";
