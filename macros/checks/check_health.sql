{#-
    Behind rpt_model_health: warns when the model in force should be refitted, says what speaks for it,
    what a refit would change and what to type.
-#}
{% macro check_health() %}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- for row in run_query(
            "select model_version, fitted_as_of_date, advised_refit, moved_share, "
            ~ "moved_behaviour_share, moved_taste_share, chance_moved_share, "
            ~ "fitted_history_months, history_months, most_shifted, largest_shift from " ~ this
            ~ " where verdict = 'refit'"
        ).rows -%}
            {%- set words = [
                'Model ' ~ row[0] ~ ', fitted as of ' ~ row[1] ~ ', should be refitted: a refit would '
                ~ 'move ' ~ '%.1f %%' | format(100 * row[3]) ~ ' of the customers (' ~ '%.1f %%' | format(100 * row[4])
                ~ ' by behaviour, ' ~ '%.1f %%' | format(100 * row[5]) ~ ' by taste)'
            ] -%}
            {%- if row[6] is not none -%}
                {%- do words.append(', chance alone ' ~ '%.1f %%' | format(100 * row[6])) -%}
            {%- endif -%}
            {%- if row[7] is not none -%}
                {%- do words.append(
                    '. It saw %.1f' | format(row[7]) ~ ' months of orders, now there are %.1f'
                    | format(row[8])
                ) -%}
            {%- endif -%}
            {%- if row[9] is not none -%}
                {%- do words.append(
                    '; most shifted is ' ~ row[9] ~ ' (population stability index %.2f)'
                    | format(row[10])
                ) -%}
            {%- endif -%}
            {%- do words.append(
                ". Type --vars 'refit: " ~ row[2] ~ "': segments keep their keys, and "
                ~ 'rpt_label_changes says who moved. rpt_model_health has the figures.'
            ) -%}
            {{ exceptions.warn(words | join('')) }}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
