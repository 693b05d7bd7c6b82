{#-
    Until 0.2.0 models were kept in the warehouse, and marts beside them. Where there is no file of kept
    models yet, those in such a warehouse go into one, in today's names: labels outlive the upgrade.
    What such a model lacks, ml_fit_decision sees.
-#}
{% macro adopt_older_models() %}
    {%- set older = run_query(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'warehouse' "
        ~ "and (schema_name, table_name) in (('kept', 'ml_kmeans_parameters'), "
        ~ "('ml', 'ml_model_parameters')) and exists (select 1 from duckdb_tables() where database_name "
        ~ "= 'warehouse' and schema_name = 'main') and not file_exists(" ~ quoted(kept_file()) ~ ') '
        ~ 'order by schema_name'
    ).columns[0].values() -%}
    {#- A warehouse that two of these versions built has both: the first is the later version's. -#}
    {%- if older -%}
        {%- do attach_kept_file() -%}
        {%- do run_query(
            'insert into kept_file.ml_kmeans_parameters by name select * replace ('
            ~ _todays_names('feature') ~ ' as feature, ' ~ _todays_settings('text') ~ ' as text) '
            ~ 'from warehouse.' ~ older[0]
        ) -%}
        {%- do detach_kept_file() -%}
        {%- do log(
            'Models that an earlier version kept in the warehouse are in ' ~ kept_file() ~ ' now.',
            info=true
        ) -%}
    {%- endif -%}
{% endmacro %}

{% macro _todays_names(text) %}
    {%- set renamed = [text] -%}
    {%- for before, now in {
        'net_sales_gbp': 'net_sales',
        '(average|median|min|max)_cart_gbp': '\\1_order_value',
        'average_line_gbp': 'average_line_value',
        'average_unit_price_gbp': 'average_unit_price',
        'items_per_cart': 'items_per_order',
        'unit_count': 'net_unit_count',
        'kmeans_step_count': 'kmeans_max_iter',
    }.items() -%}
        {%- do renamed.append(
            "regexp_replace(" ~ renamed[-1] ~ ", '\\b" ~ before ~ "\\b', '" ~ now ~ "', 'g')"
        ) -%}
    {%- endfor -%}
    {%- do return(renamed[-1]) -%}
{% endmacro %}

{#- Features whose name ended in days were always scaled as square roots; now the settings say so. -#}
{% macro _todays_settings(text) %}
    {%- do return(
        "case when parameter = 'settings' and not contains(text, 'square_root_features') then "
        ~ "regexp_replace(" ~ _todays_names(text) ~ ", '(random_seed=\\d+)', '\\1, square_root_features=' "
        ~ "|| array_to_string(regexp_extract_all(regexp_extract(text, "
        ~ "'behaviour_features=([^,]*)', 1), '\\w+_days\\b'), ' ')) else text end"
    ) -%}
{% endmacro %}
