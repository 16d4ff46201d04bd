// The dashboard as Grafana's schema has it: `bash config/grafana/schema/check` puts it after this file and has
// both compiled. What the schema does not know, or knows with another type, is an error.
import type { AnnotationQuery, Dashboard, DataQuery, FieldConfigSource, Panel, RowPanel, VariableModel } from '@grafana/schema';
import type * as Series from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type * as Stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as Table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';

// Enumerations by the words that stand for them in JSON.
type Json<T> = T extends string
    ? `${T}`
    : T extends number | boolean | null | undefined
      ? T
      : { [Key in keyof T]: Json<T[Key]> };

// What the data source for Prometheus adds to what every data source knows.
type Query = DataQuery & {
    expr: string;
    legendFormat?: string;
    editorMode?: 'code' | 'builder';
    format?: 'time_series' | 'table';
    instant?: boolean;
    range?: boolean;
};
type Variable = VariableModel & { definition?: string };
type Annotation = AnnotationQuery & { expr?: string; step?: string; titleFormat?: string; textFormat?: string; tagKeys?: string };

type Of<Type, Options, Field> = Omit<Panel, 'type' | 'options' | 'targets' | 'fieldConfig'> & {
    type: Type;
    targets: Query[];
    options: Partial<Options>;
    fieldConfig: FieldConfigSource<Partial<Field>>;
};
type Panels =
    | Of<'timeseries', Series.Options, Series.FieldConfig>
    | Of<'stat', Stat.Options, object>
    | Of<'table', Table.Options, Table.FieldConfig>
    | RowPanel;

type Ours = Omit<Dashboard, 'panels' | 'templating' | 'annotations'> & {
    panels: Panels[];
    templating: { list: Variable[] };
    annotations: { list: Annotation[] };
};

export const dashboard: Json<Ours> =
