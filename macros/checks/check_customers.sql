{#-
    Before a model is fitted: stops the build when there is nobody to cluster, and says what the
    lines are instead.
-#}
{% macro check_customers() %}
    {%- set features = ref('fct_customer_features') -%}
    {%- set lines = ref('int_line_dispositions') -%}
    {%- if execute and run_query(
        'select 1 from ' ~ this ~ ' where is_fit and not exists (select 1 from ' ~ features ~ ')'
    ).rows -%}
        {%- set found = run_query(
            'select count(*), cast(min(invoiced_at) as date), cast(max(invoiced_at) as date) from '
            ~ lines
        ).rows[0] -%}
        {%- set counts = {} -%}
        {%- for row in run_query(
            'select reason, count(*) as line_count from ' ~ lines ~ ' group by 1 order by 2 desc, 1'
        ).rows -%}
            {%- do counts.update({row[0]: row[1]}) -%}
        {%- endfor -%}
        {%- set reasons = [] -%}
        {%- for reason, line_count in counts.items() -%}
            {%- do reasons.append(reason ~ ' (' ~ line_count ~ ')') -%}
        {%- endfor -%}
        {%- set remedies = [] -%}
        {%- if counts['on or after the as-of date'] -%}
            {%- do remedies.append(
                'set the variable as_of, which is ' ~ var('as_of') ~ ', to data or a later day'
            ) -%}
        {%- endif -%}
        {%- if counts['home country'] -%}
            {%- do remedies.append(
                'set the variable customer_scope to all to see customers of the home country ('
                ~ var('home_country') ~ ') too'
            ) -%}
        {%- endif -%}
        {%- do remedies.append('use other invoice lines') -%}
        {{ exceptions.raise_compiler_error(
            'No customers to cluster: no identified customer in scope kept anything. Lines found: '
            ~ found[0] ~ ', from ' ~ found[1] ~ ' to ' ~ found[2] ~ '. They are: '
            ~ reasons | join(', ') ~ '. To go on, ' ~ remedies | join(', or ') ~ '.'
        ) }}
    {%- endif -%}
{% endmacro %}
