{% test relationships_combination(model, column_names, to) %}

select distinct
    {% for column in column_names -%}
    child.{{ column }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ model }} as child
left join {{ to }} as parent
    on
        {% for column in column_names -%}
        child.{{ column }} = parent.{{ column }}{{ ' and' if not loop.last }}
        {% endfor %}
where parent.{{ column_names[0] }} is null

{% endtest %}
